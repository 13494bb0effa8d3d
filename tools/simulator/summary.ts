import type { RunResult } from './run.ts';

/** What many runs add up to. */
export class Summary {
  runs = 0;
  failed = 0;
  /** Runs whose elections took the shortest log of the in-sync set. */
  electedShortest = 0;
  operations = 0;
  acknowledged = 0;
  commits = 0;
  views = 0;
  faults = 0;
  simulatedMs = 0;

  add(result: RunResult): void {
    this.runs += 1;
    this.failed += Number(result.violation !== null);
    this.electedShortest += Number(result.options.electShortest);
    this.operations += result.operations;
    this.acknowledged += result.acknowledged;
    this.commits += result.commits;
    this.views += result.views;
    this.faults += result.faults;
    this.simulatedMs += result.simulatedMs;
  }

  facts(seconds: number): Record<string, number> {
    return {
      seeds: this.runs,
      seconds: Number(seconds.toFixed(1)),
      seedsPerSecond: Number((this.runs / Math.max(seconds, 0.001)).toFixed(1)),
      simulatedHours: Number((this.simulatedMs / 3_600_000).toFixed(2)),
      operations: this.operations,
      acknowledged: this.acknowledged,
      commits: this.commits,
      viewChanges: this.views,
      faults: this.faults,
      violations: this.failed,
      electedShortest: this.electedShortest,
    };
  }

  text(seconds: number): string {
    const facts = this.facts(seconds);
    return [
      `${this.runs} seeds in ${facts['seconds']} s (${facts['seedsPerSecond']} a second), ` +
        `${facts['simulatedHours']} simulated hours`,
      `${this.operations} operations, ${this.acknowledged} acknowledged, ` +
        `${this.commits} commits, ${this.views} view changes, ${this.faults} faults`,
      `${this.electedShortest} seeds elected the shortest log`,
      this.failed === 0 ? 'no invariant was broken' : `${this.failed} VIOLATIONS`,
    ].join('\n');
  }
}
