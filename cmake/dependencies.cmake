# SPDX-License-Identifier: MIT
# What ferry stands on, all packaged by Debian 12. A missing one is named with the package to install.
include(CheckSymbolExists)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(SSL REQUIRED IMPORTED_TARGET libssl) # tests alone: a server that breaks off
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(LIBXML REQUIRED IMPORTED_TARGET libxml-2.0) # the mock of ALM Octane, and tests
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)

# expat before 2.6 (Debian: before 2.5.0-1+deb12u2) is quadratic in long tokens, CVE-2023-52425.
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::EXPAT)
check_symbol_exists(XML_SetReparseDeferralEnabled expat.h FERRY_EXPAT_IS_LINEAR)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT FERRY_EXPAT_IS_LINEAR)
  message(FATAL_ERROR "expat has no XML_SetReparseDeferralEnabled: it is quadratic in long tokens "
                      "(CVE-2023-52425); install libexpat1-dev 2.5.0-1+deb12u2 or newer")
endif()
