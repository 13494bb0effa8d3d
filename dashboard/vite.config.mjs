import { defineConfig } from 'vite';

/** The page as files that a strict content policy allows: nothing inline, nothing of elsewhere. */
export default defineConfig({
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
