/* A step of the MSI: refuses while the installed program runs, before anything is changed.
   Returns 0 (free) or 1602 with a message; waits 20 seconds first, since a program that hands an
   update over is still ending. Without it Windows Installer would end the program by force or leave
   half of the old version in place until the next restart. */
#define UNICODE
#define _UNICODE
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <msi.h>
#include <msiquery.h>
#include <tlhelp32.h>
#include <wchar.h>

#define LONGEST 1024
#define SECONDS 20

static const wchar_t *NAMES[] = {L"aps-desktop.exe", L"aps-desktop-cli.exe"};

/* Whether a process of this name runs from this path; one whose path may not be asked for (another
   account's) counts: it is most likely the program that all accounts share. */
static int has_process(const wchar_t *name, const wchar_t *path) {
  PROCESSENTRY32W entry = {.dwSize = sizeof entry};
  HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  int found = 0, more;
  if (list == INVALID_HANDLE_VALUE)
    return 0;
  for (more = Process32FirstW(list, &entry); more && !found; more = Process32NextW(list, &entry)) {
    wchar_t image[LONGEST];
    DWORD length = LONGEST;
    HANDLE process;
    if (_wcsicmp(entry.szExeFile, name) != 0)
      continue;
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, entry.th32ProcessID);
    found = process == NULL || !QueryFullProcessImageNameW(process, 0, image, &length) ||
            _wcsicmp(image, path) == 0;
    if (process != NULL)
      CloseHandle(process);
  }
  CloseHandle(list);
  return found;
}

/* A program that runs cannot be opened for writing; without the right to write, ask the list. */
static int runs(const wchar_t *folder, const wchar_t *name) {
  wchar_t path[LONGEST];
  HANDLE file;
  if (wcslen(folder) + wcslen(name) >= LONGEST)
    return 0;
  wcscpy(path, folder);
  wcscat(path, name);
  if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
    return 0;
  file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE,
                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                     0, NULL);
  if (file != INVALID_HANDLE_VALUE) {
    CloseHandle(file);
    return 0;
  }
  return GetLastError() != ERROR_ACCESS_DENIED || has_process(name, path);
}

__declspec(dllexport) UINT __stdcall check_running(MSIHANDLE install) {
  wchar_t folder[LONGEST];
  DWORD length = LONGEST;
  MSIHANDLE words;
  int second;
  if (MsiGetTargetPathW(install, L"INSTALLDIR", folder, &length) != ERROR_SUCCESS)
    return ERROR_SUCCESS;
  for (second = 0; runs(folder, NAMES[0]) || runs(folder, NAMES[1]); second++) {
    if (second == SECONDS) {
      words = MsiCreateRecord(1);
      MsiRecordSetStringW(words, 0, L"APS Desktop is running. Close it in all accounts, then start "
                                    L"this again. Nothing was changed.");
      MsiProcessMessage(install, INSTALLMESSAGE_ERROR, words);
      MsiCloseHandle(words);
      return ERROR_INSTALL_USEREXIT;
    }
    Sleep(1000);
  }
  return ERROR_SUCCESS;
}
