import { defineConfig } from 'vitest/config'

// Real processes come last and one file at a time: they are sensitive to a machine that is busy with property tests.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'ui/**/*.test.ts',
            'bench/**/*.test.ts',
            'hardware-test/**/*.test.ts',
          ],
          exclude: ['src/e2e/**'],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['src/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
