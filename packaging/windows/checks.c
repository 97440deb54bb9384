/* Steps of the MSI that refuse before anything is changed; each returns 0 or says why not.

   check_running: 1602 while the installed program runs; waits 20 seconds first, since a program
   that hands an update over is still ending. Without it Windows Installer would end the program by
   force or leave half of the old version in place until the next restart.

   check_room: 1603 when the disk has not the bytes that the property APSROOM names. Windows Installer
   works out the room of the files alone, and may give up the way back to the old version for it. */
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

static void say(MSIHANDLE install, const wchar_t *text) {
  MSIHANDLE words = MsiCreateRecord(1);
  MsiRecordSetStringW(words, 0, text);
  MsiProcessMessage(install, INSTALLMESSAGE_ERROR, words);
  MsiCloseHandle(words);
}

__declspec(dllexport) UINT __stdcall check_running(MSIHANDLE install) {
  wchar_t folder[LONGEST];
  DWORD length = LONGEST;
  int second;
  if (MsiGetTargetPathW(install, L"INSTALLDIR", folder, &length) != ERROR_SUCCESS)
    return ERROR_SUCCESS;
  for (second = 0; runs(folder, NAMES[0]) || runs(folder, NAMES[1]); second++) {
    if (second == SECONDS) {
      say(install, L"APS Desktop is running. Close it in all accounts, then start this again. "
                   L"Nothing was changed.");
      return ERROR_INSTALL_USEREXIT;
    }
    Sleep(1000);
  }
  return ERROR_SUCCESS;
}

/* Cuts the last name off a path that ends in a backslash; 0 when only the drive is left. */
static int to_parent(wchar_t *folder) {
  wchar_t *at = folder + wcslen(folder);
  if (at - folder <= 3)
    return 0;
  for (at--; at > folder && at[-1] != L'\\'; at--)
    ;
  *at = 0;
  return at > folder;
}

__declspec(dllexport) UINT __stdcall check_room(MSIHANDLE install) {
  wchar_t folder[LONGEST], room[32], text[200];
  DWORD length = LONGEST, digits = 32;
  ULARGE_INTEGER left;
  unsigned long long needed;
  if (MsiGetTargetPathW(install, L"INSTALLDIR", folder, &length) != ERROR_SUCCESS ||
      MsiGetPropertyW(install, L"APSROOM", room, &digits) != ERROR_SUCCESS)
    return ERROR_SUCCESS;
  needed = wcstoull(room, NULL, 10);
  while (!GetDiskFreeSpaceExW(folder, &left, NULL, NULL)) /* not made yet: where it will be */
    if (!to_parent(folder))
      return ERROR_SUCCESS; /* Windows Installer finds out */
  if (left.QuadPart >= needed)
    return ERROR_SUCCESS;
  swprintf(text, 200, L"APS Desktop needs %llu MB free on this disk; there are %llu MB. "
                      L"Nothing was changed.", needed / 1000000, left.QuadPart / 1000000);
  say(install, text);
  return ERROR_INSTALL_FAILURE;
}
