"""Column headings and sheet names in the languages of the member states, and French and Portuguese,
as the English ones that the entities' descriptions know."""

from __future__ import annotations

from aps_desktop.exchange.cells import folded

_WORDS: dict[str, str] = {
    "project code": "kode proyek, kod projek, mã dự án, mã số dự án, รหัสโครงการ, លេខកូដគម្រោង, "
    "កូដគម្រោង, ລະຫັດໂຄງການ, စီမံကိန်းကုဒ်, code du projet, código do projeto, kodigu projetu",
    "project title": "judul proyek, nama proyek, tajuk projek, nama projek, tên dự án, ชื่อโครงการ, "
    "ឈ្មោះគម្រោង, ຊື່ໂຄງການ, စီမံကိန်းအမည်, intitulé du projet, titre du projet, nom du projet, "
    "título do projeto, nome do projeto, naran projetu, pamagat ng proyekto",
    "project": "proyek, projek, dự án, โครงการ, គម្រោង, ໂຄງການ, စီမံကိန်း, projet, projeto, projetu, "
    "proyekto, daftar proyek, senarai projek, danh sách dự án, รายการโครงการ, "
    "บัญชีโครงการ, បញ្ជីគម្រោង, ລາຍການໂຄງການ, liste des projets, lista de projetos",
    "title": "judul, tajuk, tiêu đề, ชื่อเรื่อง, ចំណងជើង, ຫົວຂໍ້, ခေါင်းစဉ်, intitulé, titre, título",
    "name": "nama, tên, họ và tên, họ tên, ชื่อ, ชื่อสกุล, ឈ្មោះ, ຊື່, အမည်, nom, nome, naran, pangalan",
    "code": "kode, kod, mã, mã số, รหัส, កូដ, ລະຫັດ, ကုဒ်, código",
    "start date": "tanggal mulai, tarikh mula, mulai, ngày bắt đầu, วันที่เริ่ม, วันที่เริ่มต้น, วันเริ่มต้น, "
    "ថ្ងៃចាប់ផ្ដើម, ថ្ងៃចាប់ផ្តើម, ວັນທີເລີ່ມ, ວັນທີເລີ່ມຕົ້ນ, စတင်သည့်ရက်, date de début, data de início, "
    "petsa ng simula",
    "end date": "tanggal selesai, tarikh tamat, selesai, ngày kết thúc, วันที่สิ้นสุด, วันสิ้นสุด, ថ្ងៃបញ្ចប់, "
    "ວັນທີສິ້ນສຸດ, ပြီးဆုံးသည့်ရက်, date de fin, data de fim, data de conclusão, petsa ng pagtatapos",
    "date": "tanggal, tarikh, ngày, ngày tháng, วันที่, កាលបរិច្ឆេទ, ថ្ងៃខែ, ວັນທີ, ရက်စွဲ, data, petsa",
    "due date": "tenggat, batas waktu, tarikh akhir, hạn chót, thời hạn, กำหนดส่ง, กำหนดเสร็จ, "
    "កាលកំណត់, ກຳນົດເວລາ, échéance, date limite, prazo",
    "budget": "anggaran, belanjawan, peruntukan, ngân sách, kinh phí, งบประมาณ, ថវិកា, ງົບປະມານ, "
    "ဘတ်ဂျက်, budget approuvé, orçamento, orsamentu, badyet",
    "amount": "jumlah, nilai, số tiền, จำนวนเงิน, ចំនួនទឹកប្រាក់, ຈຳນວນເງິນ, ပမာဏ, montant, valor, "
    "montante, halaga",
    "currency": "mata uang, mata wang, loại tiền, tiền tệ, สกุลเงิน, រូបិយប័ណ្ណ, ສະກຸນເງິນ, ငွေကြေး, "
    "devise, moeda",
    "status": "trạng thái, tình trạng, สถานะ, ស្ថានភាព, ສະຖານະ, အခြေအနေ, statut, état, estado, "
    "katayuan",
    "remarks": "keterangan, catatan, ghi chú, nhận xét, หมายเหตุ, ផ្សេងៗ, កំណត់សម្គាល់, ໝາຍເຫດ, မှတ်ချက်, "
    "remarques, observations, observações, puna",
    "description": "deskripsi, uraian, keterangan kegiatan, mô tả, nội dung, รายละเอียด, คำอธิบาย, "
    "ការពិពណ៌នា, ລາຍລະອຽດ, ဖော်ပြချက်, libellé, descrição",
    "country": "negara, nước, quốc gia, ประเทศ, ប្រទេស, ປະເທດ, နိုင်ငံ, pays, país, bansa",
    "body": "badan, cơ quan, คณะกรรมการ, หน่วยงาน, ស្ថាប័ន, ອົງການ, အဖွဲ့, organe, comité, órgão",
    "fund": "sumber dana, sumber pendanaan, dana, nguồn vốn, quỹ, nguồn kinh phí, แหล่งทุน, กองทุน, "
    "แหล่งเงินทุน, ប្រភពថវិកា, មូលនិធិ, ແຫຼ່ງທຶນ, ກອງທຶນ, ရန်ပုံငွေ, source de financement, fonds, "
    "fonte de financiamento, fundo",
    "meeting": "rapat, pertemuan, mesyuarat, cuộc họp, hội nghị, การประชุม, កិច្ចប្រជុំ, ກອງປະຊຸມ, "
    "အစည်းအဝေး, réunion, reunião, enkontru, pulong",
    "venue": "tempat, lokasi, địa điểm, สถานที่, ទីកន្លែង, ສະຖານທີ່, နေရာ, lieu, local",
    "decision": "keputusan, quyết định, มติ, មតិ, សេចក្ដីសម្រេច, ຂໍ້ຕົກລົງ, ဆုံးဖြတ်ချက်, décision, decisão",
    "action": "tindak lanjut, tindakan, hành động, การดำเนินการ, សកម្មភាព, ວຽກ, action à mener, ação",
    "responsible": "penanggung jawab, người phụ trách, phụ trách, đơn vị chịu trách nhiệm, "
    "ผู้รับผิดชอบ, អ្នកទទួលខុសត្រូវ, ຜູ້ຮັບຜິດຊອບ, တာဝန်ခံ, responsable, responsável",
    "indicator": "indikator, chỉ số, ตัวชี้วัด, សូចនាករ, ຕົວຊີ້ວັດ, အညွှန်းကိန်း, indicateur, indicador",
    "unit": "satuan, đơn vị, đơn vị tính, หน่วย, หน่วยนับ, ឯកតា, ຫົວໜ່ວຍ, unité, unidade",
    "baseline": "data dasar, giá trị ban đầu, ค่าฐาน, ข้อมูลฐาน, référence, linha de base",
    "target": "sasaran, chỉ tiêu, mục tiêu, เป้าหมาย, គោលដៅ, ເປົ້າໝາຍ, cible, meta",
    "type": "jenis, loại, ประเภท, ប្រភេទ, ປະເພດ, အမျိုးအစား, tipo",
    "reference": "nomor referensi, rujukan, số tham chiếu, số chứng từ, เลขที่อ้างอิง, เลขที่เอกสาร, "
    "លេខយោង, ເລກອ້າງອີງ, référence, referência",
    "partner": "mitra, rakan dialog, đối tác, คู่เจรจา, หุ้นส่วน, ដៃគូ, ຄູ່ຮ່ວມ, partenaire, parceiro",
    "phone": "telepon, telefon, điện thoại, โทรศัพท์, ទូរស័ព្ទ, ໂທລະສັບ, ဖုန်း, téléphone, telefone",
    "e mail": "surel, emel, thư điện tử, อีเมล, អ៊ីមែល, ອີເມວ, အီးမေးလ်, courriel, correio eletrónico",
    "position": "jabatan, jawatan, chức vụ, ตำแหน่ง, តួនាទី, ຕຳແໜ່ງ, ရာထူး, fonction, cargo",
}
ENGLISH = {folded(one): english for english, words in _WORDS.items() for one in words.split(", ")}
"""Folded words of other languages -> the English heading."""
