/* Janus passes over loopback interfaces when it gathers ICE candidates. For tests on one machine, without root and without
 * a network, this makes lo look like any other interface. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>

int getifaddrs(struct ifaddrs **out) {
  int (*real)(struct ifaddrs **) = dlsym(RTLD_NEXT, "getifaddrs");
  int rc = real(out);
  if (rc == 0)
    for (struct ifaddrs *i = *out; i; i = i->ifa_next) i->ifa_flags &= ~IFF_LOOPBACK;
  return rc;
}
