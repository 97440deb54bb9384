"""What fictitious data is made of: names in the scripts of the member states, subjects, places.

Nobody and nothing here is real: names are common family and given names put together by chance.
"""

from __future__ import annotations

Pair = tuple[str, str]
"""A name in Latin letters and in its own script (empty where that is the Latin one)."""


def _names(text: str) -> dict[str, tuple[Pair, ...]]:
    """By state: names from "KH: Sok/សុខ, Chea/ជា" lines."""
    found = {}
    for line in text.splitlines():
        state, _, names = line.partition(": ")
        pairs = (name.partition("/") for name in names.split(", "))
        found[state] = tuple((latin, own) for latin, _, own in pairs)
    return found


FAMILY = _names(
    "BN: Salleh/ساليه, Rahman/رحمن, Yusof/يوسف, Matnor, Besar\n"
    "KH: Sok/សុខ, Chea/ជា, Keo/កែវ, Ly/លី, Chan/ចាន់, Heng/ហេង\n"
    "ID: Santoso, Wibowo, Lestari, Anggraini, Nasution, Sihombing\n"
    "LA: Vongsa/ວົງສາ, Phommachan/ພົມມະຈັນ, Sisoulath/ສີສຸລາດ, Keomany/ແກ້ວມະນີ\n"
    "MY: Tan/陈, Lim/林, Abdullah, Muthu/முத்து, Ismail, Wong/黄\n"
    "MM: Aung/အောင်, Win/ဝင်း, Soe/စိုး, Hla/လှ, Thant/သန့်, Khin/ခင်\n"
    "PH: Reyes, Santos, Peña, Muñoz, Dela Cruz, Bautista\n"
    "SG: Tan/陈, Lee/李, Ng/黄, Kumar/குமார், Devi/தேவி, Osman\n"
    "TH: Srisuk/ศรีสุข, Thongdee/ทองดี, Kaewsai/แก้วใส, Wongthai/วงศ์ไทย, Boonmee/บุญมี\n"
    "TL: Soares, Guterres, da Conceição, Ximenes, Araújo, Belo\n"
    "VN: Nguyễn, Trần, Lê, Phạm, Hoàng, Đặng, Bùi\n"
)
GIVEN = _names(
    "BN: Nur Aisyah/نور عائشه, Faiz/فائز, Hafizah/حافظه, Azim\n"
    "KH: Dara/ដារ៉ា, Sophea/សុភា, Bopha/បុប្ផា, Vanna/វណ្ណា, Rith/រិទ្ធ\n"
    "ID: Siti, Budi, Putri, Agus, Dewi, Rizky\n"
    "LA: Somxay/ສົມຊາຍ, Bounmy/ບຸນມີ, Khamphone/ຄຳພອນ, Malaythong/ມາໄລທອງ\n"
    "MY: Mei Ling/美玲, Nurul, Ahmad, Priya/பிரியா, Wei Jie/伟杰\n"
    "MM: Min/မင်း, Nwe/နွယ်, Thida/သီတာ, Zaw/ဇော်, Mya/မြ\n"
    "PH: Maria, Jose, Ana, Ramón, Liza, Niño\n"
    "SG: Wei Ming/伟明, Hui Min/慧敏, Ravi/ரவி, Siti, Jia Hui/佳慧\n"
    "TH: Somchai/สมชาย, Suda/สุดา, Anan/อนันต์, Malee/มาลี, Prasert/ประเสริฐ\n"
    "TL: João, Domingos, Rosária, Inês, Mateus\n"
    "VN: Thị Hương, Văn Tuấn, Minh Đức, Ngọc Lan, Quốc Hải\n"
)
FAMILY_FIRST = frozenset({"KH", "MY", "SG", "VN", "MM"})

MINISTRIES: dict[str, tuple[str, ...]] = {
    "BN": ("Ministry of Education (كمنترين ڤنديديقن)", "Ministry of Health"),
    "KH": ("Ministry of Environment (ក្រសួងបរិស្ថាន)", "Ministry of Health (ក្រសួងសុខាភិបាល)"),
    "ID": ("Ministry of Agriculture (Kementerian Pertanian)", "National Planning Agency"),
    "LA": ("Ministry of Education and Sports (ກະຊວງສຶກສາທິການ ແລະ ກິລາ)", "Ministry of Health"),
    "MY": ("Ministry of Health (Kementerian Kesihatan)", "Ministry of Tourism"),
    "MM": ("Ministry of Education (ပညာရေးဝန်ကြီးဌာန)", "Ministry of Agriculture"),
    "PH": ("Department of Education (Kagawaran ng Edukasyon)", "Department of Energy"),
    "SG": ("Ministry of Education (教育部 · கல்வி அமைச்சு)", "Ministry of Transport"),
    "TH": ("Ministry of Education (กระทรวงศึกษาธิการ)", "Ministry of Health (กระทรวงสาธารณสุข)"),
    "TL": ("Ministry of Education (Ministério da Educação)", "Ministry of Agriculture"),
    "VN": ("Ministry of Environment (Bộ Tài nguyên và Môi trường)", "Ministry of Health"),
}  # fmt: skip
CITIES: dict[str, tuple[str, ...]] = {
    "BN": ("Bandar Seri Begawan", "Kuala Belait"),
    "KH": ("Phnom Penh (ភ្នំពេញ)", "Siem Reap (សៀមរាប)"),
    "ID": ("Jakarta", "Bali", "Yogyakarta", "Surabaya"),
    "LA": ("Vientiane (ວຽງຈັນ)", "Luang Prabang (ຫຼວງພະບາງ)"),
    "MY": ("Kuala Lumpur", "Langkawi", "Penang", "Kota Kinabalu"),
    "MM": ("Nay Pyi Taw (နေပြည်တော်)", "Yangon (ရန်ကုန်)"),
    "PH": ("Manila", "Cebu", "Davao", "Parañaque"),
    "SG": ("Singapore",),
    "TH": ("Bangkok (กรุงเทพฯ)", "Chiang Mai (เชียงใหม่)", "Phuket (ภูเก็ต)"),
    "TL": ("Dili", "Baucau"),
    "VN": ("Ha Noi (Hà Nội)", "Da Nang (Đà Nẵng)", "Ho Chi Minh City"),
}
SUBJECTS: dict[str, tuple[str, ...]] = {
    "apsc": (
        "maritime safety", "border management", "mutual legal assistance", "human rights education",
        "counter-trafficking", "preventive diplomacy", "cyber security norms", "peacekeeping",
        "women, peace and security", "humanitarian mine action", "drug demand reduction",
        "good governance and public integrity",
    ),
    "aec": (
        "customs single window", "food safety standards", "small enterprise finance",
        "digital trade facilitation", "renewable energy grids", "minerals statistics",
        "air services liberalisation", "consumer protection", "agricultural extension",
        "intellectual property offices", "sustainable tourism corridors", "freight transport",
        "capital market disclosure", "competition policy", "forest products", "fisheries data",
    ),
    "ascc": (
        "disaster risk financing", "transboundary haze monitoring", "biodiversity corridors",
        "primary health care", "teacher education", "occupational safety", "migrant workers",
        "cultural heritage archives", "youth volunteering", "gender-responsive budgeting",
        "early childhood nutrition", "rural livelihoods", "civil service competencies",
        "marine debris", "ageing societies", "media literacy",
    ),
    "connectivity": (
        "smart city networks", "infrastructure project pipelines", "land transport corridors",
        "regulatory practice reviews", "student mobility", "logistics performance",
    ),
    "iai": (
        "small farm productivity", "trade logistics training", "English for officials",
        "statistics for planning", "public health laboratories",
    ),
    "all": ("results-based management", "gender mainstreaming", "regional statistics", "outreach"),
}  # fmt: skip
VERBS = (
    "Strengthening", "Advancing", "Building Capacity for", "Harmonising", "Regional Network on",
    "Action Programme on", "Joint Research on", "Policy Dialogue on", "Promoting", "Mainstreaming",
    "Regional Guidelines on", "Training of Trainers on", "Baseline Study on", "Support to",
)  # fmt: skip
TARGETS = (
    "in ASEAN", "in ASEAN Member States", "for CLMV and Timor-Leste", "in the Mekong Sub-region",
    "for Senior Officials", "in BIMP-EAGA", "for Local Governments", "for Young Leaders",
)  # fmt: skip
OUTPUTS = (
    "Guidelines adopted and published", "Training delivered in all Member States",
    "Baseline study completed", "Regional database in operation", "Policy brief endorsed",
    "Network of focal points established", "Model curriculum adopted", "Pilot evaluated",
)  # fmt: skip
AGENDA = (
    ("Opening", "procedure"), ("Adoption of the agenda", "decision"),
    ("Matters arising from the previous meeting", "discussion"),
    ("Report of the Secretariat", "information"), ("Progress of the work plan", "discussion"),
    ("Project proposals", "decision"), ("Cooperation with partners", "discussion"),
    ("Other matters", "discussion"), ("Date and place of the next meeting", "decision"),
    ("Adoption of the report", "decision"),
)  # fmt: skip
DECISIONS = (
    ("endorsed", "The Meeting endorsed the proposal “{}”, subject to editorial changes."),
    ("adopted", "The Meeting adopted the guidelines on {}."),
    ("noted", "The Meeting noted the progress of work on {}."),
    ("tasked", "The Meeting tasked the Secretariat to prepare a concept note on {}."),
    ("agreed", "The Meeting agreed to establish a task force on {}."),
    ("welcomed", "The Meeting welcomed the offer to host a workshop on {}."),
    ("approved", "The Meeting approved the work plan on {} for the coming year."),
    ("deferred", "The Meeting deferred consideration of {} to its next session."),
)
ACTIONS = (
    "Circulate the draft report on {} to Member States for comments.",
    "Nominate focal points for {}.",
    "Prepare terms of reference for the study on {}.",
    "Report on the progress of {} at the next meeting.",
    "Submit a project proposal on {} to the Secretariat.",
    "Share national experience on {} with the Secretariat.",
    "Consult the partner on funding for {}.",
)
POSTS = (
    "Director", "Assistant Director", "Senior Officer", "Desk Officer", "Technical Officer",
    "Programme Officer", "Monitoring Officer", "Administrative Assistant",
)  # fmt: skip
DEPARTMENTS = (
    ("OED", "Office of the Executive Director"), ("PPD", "Programme Planning Division"),
    ("CID", "Coordination and Implementation Division"), ("RMD", "Resource Mobilisation Division"),
    ("MED", "Monitoring and Evaluation Division"), ("KMD", "Knowledge Management Division"),
    ("ORD", "Outreach Division"), ("FAD", "Finance and Administration Division"),
)  # fmt: skip
RISKS = (
    ("Late nomination of participants", "operational"), ("Change of exchange rates", "financial"),
    ("Approval takes longer than planned", "operational"), ("Key expert leaves", "staffing"),
    ("Travel is restricted", "external"), ("Data are not comparable between states", "technical"),
    ("Partner funding is delayed", "financial"), ("Low participation of women", "social"),
)  # fmt: skip
EXCHANGES = (
    "Youth camp", "Cultural festival", "Study visit", "Film week", "School partnership",
    "Young journalists’ exchange", "Traditional music ensemble", "Sports for peace",
)  # fmt: skip
LESSONS = (
    "Start the nomination of participants three months before the event.",
    "Agree on data definitions before the baseline is collected.",
    "Two short missions taught more than one long workshop.",
    "Translate the materials before the pilot, not after it.",
    "Involve the finance officers from the first draft of the budget.",
)
