@echo off
rem Starts tinker on a Java from 21 on: that of JAVA_HOME, else the one that comes with it, else the
rem one on the PATH. TINKER_JAVA_OPTS has more options for the JVM.
setlocal
set "home=%~dp0.."
set "java="
if defined JAVA_HOME call :try "%JAVA_HOME%"
if not defined java call :try "%home%\runtime"
if not defined java for %%f in (java.exe) do if not "%%~$PATH:f"=="" call :try "%%~dp$PATH:f.."
if not defined java (
  echo Error: tinker needs a Java from 21 on. Install one, or set JAVA_HOME to it.>&2
  exit /b 1
)

set "share="
if exist "%java%\lib\tinker.jsa" (
  set share="-XX:SharedArchiveFile=%java%\lib\tinker.jsa"
) else if defined LOCALAPPDATA (
  if not exist "%LOCALAPPDATA%\tinker" mkdir "%LOCALAPPDATA%\tinker" 2>nul
  set share=-XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=%LOCALAPPDATA%\tinker\@project.version@.jsa"
)
"%java%\bin\java.exe" -XX:+UseSerialGC -Xshare:auto -Xlog:disable %share% %TINKER_JAVA_OPTS% -Dslf4j.internal.verbosity=ERROR -jar "%home%\lib\tinker.jar" %*
exit /b %ERRORLEVEL%

rem Sets java to the directory if there is one in it that will do. The release file has, for example,
rem JAVA_VERSION="21.0.5".
:try
if not exist "%~1\bin\java.exe" exit /b 0
set "version="
if exist "%~1\release" for /f "tokens=2 delims==." %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do set "version=%%~v"
if not defined version exit /b 0
set "version=%version:"=%"
if %version% geq 21 set "java=%~1"
exit /b 0
