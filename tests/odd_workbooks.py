"""Workbooks as nobody agreed to write them, and what is to be found in each: by kind of record how
many are new, and (after a slash) how many are refused. Dates, amounts and names are made up."""

# ruff: noqa: E501 - tables are easier to read as they stand in a sheet
# fmt: off

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment

BOOKS: dict[str, tuple] = {}
FOUND: dict[str, str] = {}


def book(name, found, *sheets):
    BOOKS[name] = sheets
    FOUND[name] = found


book('wp_title', 'work_plan 1 + work_plan_line 2',('Work plan 2026',[
 ['ASEAN Committee on Disaster Management'],['Work Plan: ACDM Work Programme 2026-2030'],[],
 ['No.','Action line','Key output','Lead country','Timeline','Status'],
 [1,'Develop guidelines on early warning','Guidelines','Indonesia','Q2 2026','On-going'],
 [2,'Train 40 officers','Training report','Thailand','31/12/2026','Not started']]))
book('wp_title2', 'work_plan 1 + work_plan_line 1/1',('Sheet1',[
 ['Work plan:','ASEAN ICT Work Plan 2026'],['Sectoral body:','ADGSOM'],[],
 ['Measure','Output','Owner','Start','Due','Progress'],
 ['Digital ID study','Study','ADGSOM','1/2/2026','30/6/2026','40%'],
 ['Cross-border QR','Pilot','ADGSOM','1/3/2026','15/10/2026','0.25']]))
book('fund_title', 'contribution 2',('Contributions',[
 ['Japan-ASEAN Integration Fund (JAIF)'],['Contributions received, 2020-2025 (USD)'],
 ['Year','Donor','Amount','Status'],
 [2020,'Japan',1200000,'Received'],[2021,'Japan',1500000,'Received'],['Total',None,2700000]]))
book('fund_ledger_title', 'fund_transaction 0/2',('Ledger',[
 ['Fund: ASEAN Development Fund (ADF)'],['As of 30 June 2026'],
 ['Date','Voucher','Description','Debit','Credit','Balance'],
 ['01/01/2026','','Opening balance','','','500,000.00'],
 ['15/01/2026','V-001','Contribution from Brunei','', '100,000.00','600,000.00'],
 ['20/02/2026','V-002','Disbursement to project P-1','45,000.50','','554,999.50'],
 ['','','Closing balance','','','554,999.50']]))
book('project_title_budget', 'budget 1 + budget_line 3',('Budget',[
 ['Project: P-1 Strengthening early warning'],['Budget (USD)'],[],
 ['No','Item','Unit','Qty','Unit cost','Total'],
 [1,'Consultant','day',20,400,8000],[2,'Workshop package','pax',30,150,4500],
 ['','Subtotal','','','',12500],[3,'Printing','copy',500,3,1500],['','Grand total','','','',14000]]))
book('meeting_title_actions', 'action_item 2',('Follow-up',[
 ['Matrix of follow-up actions'],['12th Meeting of the ASEAN Committee on Disaster Management (ACDM)'],['Bangkok, 5 May 2026'],
 ['No.','Action','Responsible','Deadline','Status'],
 [1,'Circulate the revised plan','ASEC','30 May 2026','Done'],
 [2,'Submit inputs','All AMS','15 Jun 2026','Ongoing']]))
book('side_by_side', 'project 3; focal_point 2',('Lists',[
 ['PROJECTS',None,None,None,'FOCAL POINTS'],
 ['Project code','Project title','Budget (USD)',None,'Name','Country','E-mail'],
 ['A-1','Alpha','1,000',None,'Ahmad','Malaysia','a@x.my'],
 ['A-2','Beta','2,000',None,'Binh','Viet Nam','b@x.vn'],
 ['A-3','Gamma','3,000',None,None,None,None]]))
book('side_by_side2', 'contribution 2; exchange_rate 2',('Sheet1',[
 ['Fund','Donor','Amount (USD)',None,None,'Currency','Date','USD per unit'],
 ['JAIF','Japan',1000,None,None,'JPY','01/01/2026',0.0067],
 ['AKCF','Republic of Korea',2000,None,None,'KRW','01/01/2026',0.00072]]))
book('side_same', 'organisation 2; organisation 2',('Sheet1',[
 ['Name','Country','E-mail',None,'Name','Country','E-mail'],
 ['Ann','Thailand','a@t',None,'Bob','Viet Nam','b@v'],
 ['Cam','Cambodia','c@k',None,'Dan','Lao PDR','d@l']]))
book('debit_credit', 'fund_transaction 3',('Transactions',[
 ['Project code','Date','Voucher no','Particulars','Debit (USD)','Credit (USD)'],
 ['P-1','15/01/2026','V1','First instalment',None,'50,000'],
 ['P-1','20/02/2026','V2','Consultant fee','12,500.50',None],
 ['P-2','28/02/2026','V3','Refund',None,'1,000']]))
book('receipts_payments', 'fund_transaction 0/2',('Cash book 2026',[
 ['Date','Project','Ref','Details','Receipts','Payments','Balance'],
 [date(2026,1,5),'P-1','R1','Transfer from JAIF',50000,None,50000],
 [date(2026,2,5),'P-1','P1','Venue',None,4500.25,45499.75]]))
book('months_disb', 'tranche 5',('Disbursement schedule 2026',[
 ['Disbursement schedule 2026 (USD)'],
 ['Project code','Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec','Total'],
 ['P-1',1000,None,2000,None,None,500,None,None,None,None,None,1500,5000],['P-2',None,300,None,None,None,None,None,None,None,None,None,None,300],['Total',1000,300,2000,None,None,500,None,None,None,None,None,1500,5300]]))
book('quarter_budget', 'budget 1 + budget_line 4',('Budget 2026',[
 ['Budget 2026, P-1 (USD)'],
 ['Code','Budget line','Q1','Q2','Q3','Q4','Total'],
 ['1.1','Consultants',1000,2000,None,None,3000],['1.2','Workshops',None,None,4500,500,5000],['','Total',1000,2000,4500,500,8000]]))
book('month_budget', 'budget 2 + budget_line 0/7',('Budget',[
 ['Project code','Description','Jan-26','Feb-26','Mar-26'],
 ['P-1','Travel',100,200,300],['P-1','Printing',None,50,None],['P-2','Travel',10,20,30]]))
book('year_budget', 'budget 1 + budget_line 0/5',('Budget by year',[
 ['Project code','Budget line','2024','2025','2026','Total'],
 ['P-1','Personnel',10000,12000,8000,30000],['P-1','Travel',None,3000,1000,4000]]))
book('planned_actual_month', 'fund_transaction 0/6',('Expenditure 2026',[
 [None,None,'January',None,'February',None],['Project code','Fund','Planned','Actual','Planned','Actual'],
 ['P-1','JAIF',1000,900,2000,None],['P-2','ADF',None,100,50,60]],{"merged": ['C1:D1','E1:F1']}))

book('month_budget_usd', 'budget 2 + budget_line 6',('Budget',[
 ['All amounts in USD'],['Project code','Description','Jan-26','Feb-26','Mar-26'],
 ['P-1','Travel',100,200,300],['P-1','Printing',None,50,'-'],['P-2','Travel',10,'n/a',30]]))
book('year_budget_usd', 'budget 1 + budget_line 5',('Budget by year',[
 ['Project code','Budget line','2024 (USD)','2025 (USD)','2026 (USD)','Total (USD)'],
 ['P-1','Personnel',10000,12000,8000,30000],['P-1','Travel',None,3000,1000,4000]]))
book('planned_actual_usd', 'fund_transaction 6',('Expenditure 2026',[
 ['USD'],[None,None,'January',None,'February',None],['Project code','Fund','Planned','Actual','Planned','Actual'],
 ['P-1','JAIF',1000,900,2000,None],['P-2','ADF',None,100,50,60]],{"merged": ['C2:D2','E2:F2']}))
book('cash_book_usd', 'fund_transaction 2',('Cash book 2026',[
 ['Cash book (US$)'],['Date','Project','Ref','Details','Receipts','Payments','Balance'],
 [date(2026,1,1),None,None,'Balance brought forward',None,None,0],
 [date(2026,1,5),'P-1','R1','Transfer from JAIF',50000,None,50000],
 [date(2026,2,5),'P-1','P1','Venue',None,4500.25,45499.75]]))
book('donor_years', 'contribution 3',('Contributions',[
 ['ASEAN Development Fund: contributions (USD)'],['Donor','2022','2023','2024','Total'],['Japan',100,200,None,300],['Canada',None,None,50,50],['Total',100,200,50,350]]))
book('lines_under_projects', 'budget 2 + budget_line 3',('Budget lines',[
 ['Description','Amount (USD)','Quarter'],['Project P-1'],['Travel',100,'Q1 2026'],['Printing',20,'Q2 2026'],['Project P-2'],['Venue',300,'Q1 2026']]))
book('two_row', 'project 2',('Projects',[
 ['Project',None,'Duration',None,'Budget',None],['Code','Title','Start','End','Amount','Currency'],
 ['P-10','Ten','01/02/2026','31/12/2026','250,000','USD'],['P-11','Eleven','13/02/2026','30/11/2026','JPY 1,500,000','JPY']],{"merged": ['A1:B1','C1:D1','E1:F1']}))
book('three_row', 'project 2',('Projects',[
 ['ASEAN COOPERATION PROJECTS'],['Project information',None,None,'Implementation period',None,'Financing',None],['Code','Title','Sponsoring body','From','To','Total budget (USD)','Source of funds'],['(1)','(2)','(3)','(4)','(5)','(6)','(7)'],
 ['P-20','Twenty','ACDM','Jan 2026','Dec 2026','120.000,50','JAIF'],['P-21','Twenty-one','ACDM','2026-03-01','2027-02-28','1.250.000,00','AKCF']],{"merged": ['A1:G1','A2:C2','D2:E2','F2:G2']}))
book('be_thai', 'project 2',('รายการโครงการ',[
 ['ลำดับ','รหัสโครงการ','ชื่อโครงการ','วันที่เริ่ม','วันที่สิ้นสุด','งบประมาณ (บาท)'],
 ['๑','TH-01','โครงการหนึ่ง','๑ มกราคม ๒๕๖๙','๓๑ ธันวาคม ๒๕๖๙','๑,๒๐๐,๐๐๐.๕๐'],['๒','TH-02','โครงการสอง','15 มี.ค. 2569','30/9/2569','850,000']]))
book('be_en', 'project 2',('Projects',[
 ['Project code','Project title','Start date','End date'],
 ['B-1','One','01/02/2569','28/02/2570'],['B-2','Two','15/03/2569','30/04/2569']]))
book('mdy', 'meeting 2',('Meetings',[
 ['Meeting','Start date','End date'],['M1','01/25/2026','01/27/2026'],['M2','03/04/2026','03/05/2026']]))
book('dmy_mixed', 'meeting 2/1',('Meetings',[
 ['Meeting','Start date','End date'],['M1','25/01/2026','27/01/2026'],['M2','03/04/2026','5 Apr 2026'],['M3',date(2026,5,6),45000]]))
book('per_col', 'project 2',('Projects',[
 ['Project code','Project title','Start date','End date'],['C-1','a','25/01/2026','12/25/2026'],['C-2','b','03/04/2026','11/30/2026']]))
book('khmer', 'project 2',('គម្រោង',[
 ['Project code','Project title','Start date','Budget (KHR)'],['K-1','គម្រោងទី១','០១/០២/២០២៦','៤,០០០,០០០'],['K-2','គម្រោងទី២','១៥ មីនា ២០២៦','៨.០០០.០០០៛']]))
book('burmese', 'project 2',('Projects',[
 ['Project code','Project title','Start date','Budget (MMK)'],['M-1','စီမံကိန်း','၀၁-၀၂-၂၀၂၆','၅,၀၀၀,၀၀၀'],['M-2','စီမံကိန်း ၂','၂၀၂၆-၀၃-၁၅','၁၂၀၀၀၀၀']]))
book('euro', 'fund_transaction 4',('Expenditure',[
 ['Project code','Date','Type','Amount (EUR)','Reference'],['P-1','01.02.2026','Expenditure','1.234,56','a'],['P-1','15.02.2026','Expenditure','12.500','b'],['P-2','20.02.2026','Expenditure','(1.200,00)','c'],['P-2','21.02.2026','Expenditure','950','d']]))
book('anglo', 'fund_transaction 4/3',('Expenditure',[
 ['Project code','Date','Type','Amount','Reference'],['P-1','01/02/2026','Expenditure','USD 1,234.56','a'],['P-1','15/02/2026','Expenditure','USD 1.2 m','b'],['P-2','20/02/2026','Expenditure','(USD 1,200)','c'],['P-2','21/02/2026','Expenditure','USD 950k','d'],['P-2','22/02/2026','Expenditure','n/a','e'],['P-2','23/02/2026','Expenditure','tbd','f'],['P-2','24/02/2026','Expenditure','$ -','g']]))
book('ind', 'indicator 2/1 + target 2/1 + indicator_value 3/3',('Indicators',[
 ['Project code','Indicator','Unit','Baseline','Target 2026','Actual Q1 2026','Actual Q2 2026'],
 ['P-1','Officers trained','persons','0','120','30','n/a'],['P-1','Share of women','%','35%','50%','42%','0.45'],['P-1','Satisfaction','score','tbd','4.5','> 4','about 4.2']]))
book('errors', 'project 2/2',('Projects',[
 ['Project code','Project title','Budget (USD)','Start date'],['E-1','One','#REF!','01/02/2026'],['E-2','Two',1000,'#N/A'],['E-3','#NAME?',5,'02/02/2026'],['E-4','Four',7,'03/02/2026']],{"errs": True}))
book('spaces', 'project 2',('Projects ',[
 [' Project code\xa0','Project  title ','Status\n(as of May)','Budget\xa0(USD)'],['\xa0S-1 ','One \xa0two',' Ongoing ','\xa01\u202f000,50'],['S-2\t','Two','Completed\n','2 000']]))
book('units_row', 'project 2',('Projects',[
 ['Project code','Project title','Budget','Duration','Start date'],['','','(USD \'000)','(months)','(dd/mm/yyyy)'],['U-1','One',250,12,'01/02/2026'],['U-2','Two',1200.5,24,'13/02/2026']]))
book('spacers', 'project 2',('Projects',[
 ['Project code',None,'Project title',None,None,'Budget (USD)',None,'Start'],['V-1',None,'One',None,None,100,None,'01/02/2026'],['V-2',None,'Two',None,None,200,None,'13/02/2026']]))
book('sections', 'project 3',('Projects',[
 ['No','Project title','Project code','Status'],['I. POLITICAL-SECURITY'],[1,'A','S-10','Ongoing'],[2,'B','S-11','Completed'],['II. ECONOMIC'],[1,'C','S-12','Ongoing'],['Subtotal',None,3],['Notes: status as of May 2026'],['* excludes cancelled projects']]))
book('section_parent', 'fund_transaction 3',('Transactions',[
 ['Date','Type','Amount (USD)','Reference'],['Project P-1'],['01/02/2026','Disbursement',100,'x1'],['02/02/2026','Disbursement',200,'x2'],['Subtotal',None,300],['Project P-2'],['03/02/2026','Receipt',50,'x3'],['Grand total',None,350]]))
book('languages_id', 'project 2',('Daftar Proyek',[
 ['No','Kode Proyek','Judul Proyek','Tanggal Mulai','Tanggal Selesai','Anggaran (Rp)','Status','Keterangan'],[1,'ID-1','Proyek satu','1 Februari 2026','31 Desember 2026','Rp 1.500.000.000','Berjalan','baik'],[2,'ID-2','Proyek dua','15 Agustus 2026','30 September 2027','Rp 750 juta','Selesai','-']]))
book('languages_vn', 'project 2',('Danh sách dự án',[
 ['STT','Mã dự án','Tên dự án','Ngày bắt đầu','Ngày kết thúc','Ngân sách (USD)','Ghi chú'],[1,'VN-1','Dự án một','01/02/2026','31/12/2026','1.200,50',''],[2,'VN-2','Dự án hai','15/03/2026','30/09/2027','12.000','']]))
book('languages_fr', 'project 2',('Projets',[
 ['Code du projet','Intitulé du projet','Date de début','Date de fin','Budget (EUR)'],['FR-1','Projet un','1er février 2026','31 décembre 2026','1 234,56 €'],['FR-2','Projet deux','15 mars 2026','30 septembre 2027','12 000 €']]))
book('hidden_rc', 'project 3',('Projects',[
 ['Project code','Project title','Budget (USD)','Internal'],['H-1','One',100,'x'],['H-2','Two',200,'y'],['H-3','Three',300,'z']],{"hide": True}))
book('formulas', 'project 0/2',('Projects',[
 ['Project code','Project title','Budget (USD)','Start date'],['F-1','One','=100*2',date(2026,1,1)],['F-2','Two','=SUM(C2)','=D2+30']]))
book('text_numbers', 'participation_count 0/5',('Participants',[
 ['Meeting','Country','Women','Men'],['M1','Thailand',"'12","7"],['M1','Viet Nam','5 ','- '],['M1','Lao PDR','three','4']]))
book('attendance_matrix', 'meeting 1 + attendance 2',('Attendance',[
 ['Meeting: 12th ACDM Meeting'],['Country','Head of delegation','Male','Female','Total'],['Brunei Darussalam','Director',2,1,3],['Cambodia','DG',3,2,5],['TOTAL',None,5,3,8]]))
book('many', 'project 100',*[(f'S{i:03}',[['Project code','Project title'],[f'Q-{i}',f'Project {i}']]) for i in range(100)])
book('empty', 'nothing',('Sheet1',[]))
book('only_text', 'nothing',('Sheet1',[['Please see attached.'],['Regards']]))
book('wide_notes', 'project 0/3',('Projects',[
 ['Prepared by: Ms. Lee'],['Date: 5 May 2026'],['Classification: Restricted'],[],
 ['S/N','Project Title','Proponent','Sponsoring Body','Funding Source','Approved Budget (US$)','Duration','Status of Implementation','Remarks'],
 [1,'Capacity building on halal','Brunei','SOM-AMAF','JAIF','US$ 250,000.00','Jan 2026 - Dec 2027','On-going','3rd report'],
 [2,'Youth exchange','Lao PDR','SOMY','ROK','US$ 1.2 million','24 months (from Mar 2026)','Completed',None],
 [3,'Study on ageing','Thailand / Singapore','SOMSWD','ACF','-','TBC','Under appraisal',None]]))
book('meet_cal', 'meeting 4',('Calendar',[
 ['Month','Meeting','Date','Venue','Chair'],['January','57th SEOM','19 - 22','Manila','Philippines'],[None,'ACDM 48','26-28','Jakarta','Indonesia'],['February','AEM Retreat','10','Kuala Lumpur','Malaysia'],['March','SOMCA','TBC','TBC','Viet Nam']]))
book('contacts_blocks', 'focal_point 3',('Contacts',[
 ['Country','Name','Position','Tel','Email'],['BRUNEI DARUSSALAM'],[None,'Hj. Ali','Director','+673 123','ali@gov.bn'],['CAMBODIA'],[None,'Sok Dara','Deputy','+855 12 345','dara@gov.kh'],[None,'Chan','Officer','012345678','chan@gov.kh']]))
book('transposed', 'project 1',('Project profile',[
 ['Project code','X-1'],['Project title','Transposed profile'],['Sponsoring body','ACDM'],['Start date','01/02/2026'],['End date','31/12/2026'],['Budget','USD 250,000'],['Status','Ongoing']]))
book('dup_headers', 'project 2',('Projects',[
 ['Project code','Project title','Date','Date','Remarks','Remarks'],['D-1','One','01/02/2026','31/12/2026','a','b'],['D-2','Two','13/02/2026','30/11/2026','c','']]))
book('percent', 'work_plan_line 0/3',('Work plan lines',[
 ['Work plan','Code','Measure','Progress (%)','Needed budget (USD k)'],['WP','1.1','One',45,120],['WP','1.2','Two','60%','1,5'],['WP','1.3','Three',0.8,'n.a.']]))
book('pax', 'participation_count 4',('Participation',[
 ['Activity','Country','Male','Female'],['Youth camp 2026','Thailand',10,12],['Youth camp 2026','Viet Nam',8,9]]))

book('title_twice', 'project 2/1',('Projects',[
 ['Project code','Title','Description','Description',None,'Title'],
 ['L-1','Long title','x','second',None,'Another title'],['L-2','Two','ok',None,'stray','Z'],['L-1','The same code','',None,None,None]]))
book('one_target', 'indicator 2 + target 2 + indicator_value 3/1',('Indicators',[
 ['Project','Indicator','Unit','Baseline','Target','Q1 2026','Q2 2026'],
 ['P-1','Warnings sent','number',0,100,10,'n/a'],['P-1','Forms harmonised','number','0','12','3','7']]))


def save(name: str, path: Path) -> None:
    """Writes one of the workbooks."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows, *more in BOOKS[name]:
        page = made.create_sheet(title.strip())
        for row in rows:
            page.append(row)
        _look(page, more[0] if more else {})
    made.save(path)


def _look(page, told) -> None:
    for span in told.get("merged", ()):
        page.merge_cells(span)
    if told.get("errs"):
        for cell in (c for row in page.iter_rows() for c in row):
            if isinstance(cell.value, str) and cell.value.startswith("#"):
                cell.data_type = "e"
    if told.get("hide"):
        page.row_dimensions[3].hidden = page.column_dimensions["D"].hidden = True
        page.auto_filter.ref = "A1:D4"
        page["A2"].comment = Comment("Please check.", "A colleague")
