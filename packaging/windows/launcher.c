/* aps-desktop.exe and aps-desktop-cli.exe: a small starter without unpacking. It loads
   runtime\python313.dll and runs "-m aps_desktop". Compiled twice, once with -DCONSOLE. */
#ifndef UNICODE
#define UNICODE
#endif
#ifndef _UNICODE
#define _UNICODE
#endif
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define LONGEST 32768

typedef int (*python_main)(int, wchar_t **);

static int fail(const wchar_t *text) {
#ifdef CONSOLE
  fputws(text, stderr);
  fputws(L"\n", stderr);
#else
  MessageBoxW(NULL, text, L"APS Desktop", MB_ICONERROR);
#endif
  return 1;
}

static int start(void) {
  static wchar_t folder[LONGEST], runtime[LONGEST], library[LONGEST], program[LONGEST];
  int given, i, count = 0;
  DWORD length = GetModuleFileNameW(NULL, folder, LONGEST);
  wchar_t *end = wcsrchr(folder, L'\\');
  if (length == 0 || length > LONGEST - 64 || end == NULL)
    return fail(L"APS Desktop lies in a folder whose name is too long.");
  *end = 0;
  wcscpy(runtime, folder);
  wcscat(runtime, L"\\runtime");
  wcscpy(library, runtime);
  wcscat(library, L"\\python313.dll");
  wcscpy(program, runtime);
  wcscat(program, L"\\pythonw.exe");
  /* Qt's plugins are found through PATH, which PySide6 extends: the usual search order stays. */
  SetDllDirectoryW(runtime);
  SetEnvironmentVariableW(L"PYTHONHOME", NULL);
  SetEnvironmentVariableW(L"PYTHONPATH", NULL);
  SetEnvironmentVariableW(L"PYTHONSTARTUP", NULL);
  SetEnvironmentVariableW(L"PYTHONNOUSERSITE", L"1");
  SetEnvironmentVariableW(L"PYTHONDONTWRITEBYTECODE", L"1");
  HMODULE python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  python_main run = python ? (python_main)(void *)GetProcAddress(python, "Py_Main") : NULL;
  if (run == NULL)
    return fail(L"APS Desktop is damaged: runtime\\python313.dll cannot be loaded. "
                L"Please install it again; your data is not affected.");
  LPWSTR *arguments = CommandLineToArgvW(GetCommandLineW(), &given);
  wchar_t **handed = calloc(given + 6, sizeof *handed);
  if (arguments == NULL || handed == NULL)
    return fail(L"There is not enough memory to start APS Desktop.");
  handed[count++] = program;
  handed[count++] = L"-I";
  handed[count++] = L"-X";
  handed[count++] = L"utf8";
  handed[count++] = L"-m";
  handed[count++] = L"aps_desktop";
  for (i = 1; i < given; i++) {
    wchar_t **longer = realloc(handed, (count + 2) * sizeof *handed);
    if (longer == NULL)
      return fail(L"There is not enough memory to start APS Desktop.");
    handed = longer;
    handed[count++] = arguments[i];
  }
  return run(count, handed);
}

#ifdef CONSOLE
int wmain(void) { return start(); }
#else
int WINAPI wWinMain(HINSTANCE a, HINSTANCE b, LPWSTR c, int d) { return start(); }
#endif
