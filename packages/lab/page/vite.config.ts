/** Builds the live page into `assets/page`, under names that do not change: the server reads them once. */
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: '../assets/page',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        entryFileNames: 'page.js',
        chunkFileNames: '[name].js',
        assetFileNames: 'page[extname]',
        // The minifier drops it, and the licence asks for it.
        postBanner:
          '/*! With uPlot, https://github.com/leeoniya/uPlot: Copyright (c) Leon Sorokin, MIT licence */',
      },
    },
  },
});
