import { MemoryDisk } from './memory-disk.ts';
import { openMemoryStorage } from './memory-storage.ts';
import { storageConformance } from './storage.conformance.ts';

storageConformance('memory', async () => {
  const disk = new MemoryDisk();
  return { open: async () => openMemoryStorage(disk), remove: async () => {} };
});
