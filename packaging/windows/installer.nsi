; The per-user installer: no administrator rights, no network.
; makensis -DVERSION=1.2.3 -DSOURCE=folder -DICON=aps.ico -DSIDE=side.bmp -DOUT=setup.exe [-DFAST] installer.nsi
;
; Silent: setup.exe /S [/NOSHORTCUT] [/NOASSOC] [/DOWNGRADE] [/WAIT=seconds] [/START] [/D=C:\Folder]
;         uninstall.exe /S [/PURGEDATA] [_?=C:\Folder]
; Exit codes: 0 done; 1 cancelled; 2 failed, what was there before is there; 3 the program is
; running; 4 this Windows is too old; 5 a newer version is installed.
Unicode true
Target amd64-unicode
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include WordFunc.nsh
!define APP "APS Desktop"
!define EXE "aps-desktop.exe"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall"
!define OWN "Software\APS Desktop"
!define BUNDLE "APSDesktop.Bundle"
!define UPDATE "APSDesktop.Update"
!define DATA "$LOCALAPPDATA\APS Desktop"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\APS Desktop"
InstallDirRegKey HKCU "${OWN}" "Location"
Name "${APP}"
OutFile "${OUT}"
!ifdef FAST
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
SetDateSave off
AllowSkipFiles off
ManifestDPIAware true
ManifestSupportedOS Win10
BrandingText "${APP} ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${APP}"
VIAddVersionKey FileDescription "${APP} installer"
VIAddVersionKey CompanyName "APS Desktop developers"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "APS Desktop developers, MIT licence"
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TITLE "Install ${APP} ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "This puts ${APP} on this computer for your Windows account. It needs no administrator and no network.$\r$\n$\r$\nAn older version is replaced; your databases, backups and settings stay as they are."
!define MUI_FINISHPAGE_TITLE "${APP} ${VERSION} is installed"
!define MUI_FINISHPAGE_TEXT "You find it in the Start menu. Bundles (.apsync) open with it by a double click."
!define MUI_FINISHPAGE_RUN "$INSTDIR\app\${EXE}"
!define MUI_FINISHPAGE_RUN_TEXT "Start ${APP} now"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "This removes ${APP} from this computer. Your databases, backups and settings stay in the folder ${DATA} unless you choose to delete them on the next page."
!define MUI_COMPONENTSPAGE_NODESC
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Var Key          ; the uninstall entry of this folder: installations side by side have one each
Var Code         ; the exit code of a failure, when it is not 2
Var Wait         ; seconds that are left to wait for the running program

!macro Common un
Function ${un}SetKey
  ${If} $INSTDIR == "$LOCALAPPDATA\Programs\APS Desktop"
    StrCpy $Key "${UNINSTALL}\APSDesktop"
  ${Else}
    Push $0
    ${${un}WordReplace} "$INSTDIR" "\" "/" "+" $0
    StrCpy $Key "${UNINSTALL}\APSDesktop $0"
    Pop $0
  ${EndIf}
FunctionEnd

; A program that runs cannot be opened for writing.
Function ${un}CheckRunning
  IfFileExists "$INSTDIR\app\${EXE}" 0 free
  again:
  ClearErrors
  FileOpen $0 "$INSTDIR\app\${EXE}" a
  IfErrors busy
  FileClose $0
  Goto free
  busy:
  IntCmp $Wait 0 ask ask
  Sleep 1000
  IntOp $Wait $Wait - 1
  Goto again
  ask:
  IfSilent 0 +3
    SetErrorLevel 3
    Quit
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${APP} is running. Close it, then choose Retry." IDRETRY again
  SetErrorLevel 3
  Quit
  free:
FunctionEnd
!macroend
!insertmacro Common ""
!insertmacro Common "un."

; Bundles and updates open by a double click with the program of this folder.
!macro Associate FOLDER
  WriteRegStr HKCU "Software\Classes\.apsync" "" "${BUNDLE}"
  WriteRegStr HKCU "Software\Classes\.apsync\OpenWithProgids" "${BUNDLE}" ""
  WriteRegStr HKCU "Software\Classes\${BUNDLE}" "" "APS Desktop bundle"
  WriteRegStr HKCU "Software\Classes\${BUNDLE}\DefaultIcon" "" "${FOLDER}\app\${EXE},0"
  WriteRegStr HKCU "Software\Classes\${BUNDLE}\shell\open\command" "" '"${FOLDER}\app\${EXE}" "%1"'
  WriteRegStr HKCU "Software\Classes\.apsupdate" "" "${UPDATE}"
  WriteRegStr HKCU "Software\Classes\${UPDATE}" "" "APS Desktop update"
  WriteRegStr HKCU "Software\Classes\${UPDATE}\DefaultIcon" "" "${FOLDER}\app\${EXE},0"
  WriteRegStr HKCU "Software\Classes\${UPDATE}\shell\open\command" "" '"${FOLDER}\app\${EXE}" "%1"'
!macroend

Function .onInit
  SetShellVarContext current
  SetRegView 64
  ${IfNot} ${AtLeastWin10}
    IfSilent +2
    MessageBox MB_ICONSTOP "${APP} needs 64-bit Windows 10 or newer."
    SetErrorLevel 4
    Quit
  ${EndIf}
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/WAIT=" $Wait
  ${If} ${Errors}
    StrCpy $Wait 0
  ${EndIf}
FunctionEnd

Function un.onInit
  SetShellVarContext current
  SetRegView 64
FunctionEnd

; Whatever went wrong: what was there before is there again.
Function PutBack
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\app.new"
  Delete "$INSTDIR\uninstall.new.exe"
  ${If} ${FileExists} "$INSTDIR\app.old\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\app\${EXE}"
    RMDir /r "$INSTDIR\app"
    Rename "$INSTDIR\app.old" "$INSTDIR\app"
  ${EndIf}
  RMDir "$INSTDIR"
FunctionEnd

Function .onInstFailed
  Call PutBack
  ${If} $Code == ""
    StrCpy $Code 2
  ${EndIf}
  SetErrorLevel $Code
FunctionEnd

Section "-app"
  Call SetKey
  Call CheckRunning
  ${GetParameters} $R0
  ReadRegStr $1 HKCU "$Key" "DisplayVersion"
  ${VersionCompare} "$1" "${VERSION}" $2
  ${If} $1 != ""
  ${AndIf} $2 == 1
    ClearErrors
    ${GetOptions} $R0 "/DOWNGRADE" $R1
    ${If} ${Errors}
      ${IfNot} ${Silent}
        MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "Version $1 is installed, which is newer than ${VERSION}. An older version opens newer databases for reading only. Replace it by the older version?" IDYES older
      ${EndIf}
      SetErrorLevel 5
      Quit
      older:
    ${EndIf}
  ${EndIf}

  ; What a killed installer left is put back first. Then the new program is written beside the old
  ; one, which is not touched before everything is there.
  Call PutBack
  RMDir /r "$INSTDIR\app.old"
  ClearErrors
  SetOutPath "$INSTDIR\app.new"
  File /r "${SOURCE}/*"
  FileOpen $0 "$INSTDIR\app.new\edition.txt" w
  FileWrite $0 "windows-user"
  FileClose $0
  WriteUninstaller "$INSTDIR\uninstall.new.exe"
  SetOutPath "$INSTDIR"
  ${If} ${Errors}
    Call PutBack
    Abort "The files could not be written. Is the disk full? What was installed before is unchanged."
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\app\*.*"
    Rename "$INSTDIR\app" "$INSTDIR\app.old"
    ${If} ${Errors}
      Call PutBack
      StrCpy $Code 3
      Abort "The installed program is in use. It is unchanged."
    ${EndIf}
  ${EndIf}
  Rename "$INSTDIR\app.new" "$INSTDIR\app"
  ${If} ${Errors}
    Call PutBack
    Abort "The new program could not be put in its place. What was installed before is unchanged."
  ${EndIf}
  RMDir /r "$INSTDIR\app.old"
  Delete "$INSTDIR\uninstall.exe"
  Rename "$INSTDIR\uninstall.new.exe" "$INSTDIR\uninstall.exe"

  ClearErrors
  ${GetOptions} $R0 "/NOSHORTCUT" $R1
  ${If} ${Errors}
    CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$INSTDIR\app\${EXE}"
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/NOASSOC" $R1
  ${If} ${Errors}
    !insertmacro Associate $INSTDIR
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  ${EndIf}
  WriteRegStr HKCU "${OWN}" "Location" "$INSTDIR"
  WriteRegStr HKCU "$Key" "DisplayName" "${APP}"
  WriteRegStr HKCU "$Key" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "$Key" "Publisher" "APS Desktop developers"
  WriteRegStr HKCU "$Key" "DisplayIcon" "$INSTDIR\app\${EXE},0"
  WriteRegStr HKCU "$Key" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "$Key" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "$Key" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "$Key" "NoModify" 1
  WriteRegDWORD HKCU "$Key" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "$Key" "EstimatedSize" $0
  ClearErrors
  ${GetOptions} $R0 "/START" $R1
  ${IfNot} ${Errors}
    Exec '"$INSTDIR\app\${EXE}"'
  ${EndIf}
SectionEnd

; $R1: the folder of another installation of this account, or nothing.
Function un.FindOther
  StrCpy $R1 ""
  StrCpy $R2 0
  next:
  EnumRegKey $R3 HKCU "${UNINSTALL}" $R2
  StrCmp $R3 "" found
  IntOp $R2 $R2 + 1
  StrCpy $R4 $R3 10
  StrCmp $R4 "APSDesktop" 0 next
  ReadRegStr $R5 HKCU "${UNINSTALL}\$R3" "InstallLocation"
  IfFileExists "$R5\app\${EXE}" 0 next
  StrCpy $R1 $R5
  found:
FunctionEnd

Section "un.${APP}"
  SectionIn RO
  Call un.SetKey
  Call un.CheckRunning
  RMDir /r "$INSTDIR\app"
  RMDir /r "$INSTDIR\app.old"
  RMDir /r "$INSTDIR\app.new"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "$Key"
  Call un.FindOther
  ReadRegStr $1 HKCU "${OWN}" "Location"
  ${If} $1 == "$INSTDIR"
    ; The Start menu's entry was this one's, or nobody's.
    Delete "$SMPROGRAMS\${APP}.lnk"
    DeleteRegKey HKCU "${OWN}"
    ${If} $R1 != ""
      CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$R1\app\${EXE}"
      WriteRegStr HKCU "${OWN}" "Location" "$R1"
    ${EndIf}
  ${EndIf}
  ReadRegStr $0 HKCU "Software\Classes\${BUNDLE}\shell\open\command" ""
  ${If} $0 == '"$INSTDIR\app\${EXE}" "%1"'
  ${AndIf} $R1 != ""
    !insertmacro Associate $R1
  ${ElseIf} $0 == '"$INSTDIR\app\${EXE}" "%1"'
    ReadRegStr $0 HKCU "Software\Classes\.apsync" ""
    ${If} $0 == "${BUNDLE}"
      DeleteRegKey HKCU "Software\Classes\.apsync"
    ${EndIf}
    DeleteRegKey HKCU "Software\Classes\.apsupdate"
    DeleteRegKey HKCU "Software\Classes\${BUNDLE}"
    DeleteRegKey HKCU "Software\Classes\${UPDATE}"
  ${EndIf}
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Section /o "un.Delete also my databases, backups and settings" PURGE
  RMDir /r "${DATA}"
SectionEnd

Section "-un.last"
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/PURGEDATA" $R1
  ${IfNot} ${Errors}
    RMDir /r "${DATA}"
  ${EndIf}
  ${If} ${FileExists} "${DATA}\*.*"
    DetailPrint "Your databases, backups and settings were kept in ${DATA}"
    MessageBox MB_OK|MB_ICONINFORMATION "Your databases, backups and settings were kept in$\r$\n${DATA}" /SD IDOK
  ${EndIf}
SectionEnd
