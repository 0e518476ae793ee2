// Debian and Ubuntu keep libpq's header in a folder of its own; pkg-config would add Kerberos flags that SwiftPM refuses.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif
