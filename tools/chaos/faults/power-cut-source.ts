/**
 * C text of a program that cuts the power of one mounted ext4 file system: the kernel stops it at
 * once and writes nothing of its caches back, not even the journal. What was not synced is lost,
 * as when a plug is pulled. The request number is that of the kernel (EXT4_IOC_SHUTDOWN).
 */
export const powerCutSource = String.raw`
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_LOG_FLUSH 2

int main(int count, char **words) {
  uint32_t how = WITHOUT_LOG_FLUSH;
  if (count != 2) return 2;
  int folder = open(words[1], O_RDONLY | O_DIRECTORY);
  if (folder < 0 || ioctl(folder, SHUTDOWN, &how)) {
    perror(words[1]);
    return 1;
  }
  return 0;
}
`;
