/** A link between two programs that runs through a proxy, and what the proxy can do to it. */

export type FlowState = 'ok' | 'stall' | 'reset';

export interface LinkFaults {
  /** Added to each chunk, both ways, milliseconds. */
  delayMs: number;
  jitterMs: number;
  /** From the one that connects; stall swallows silently, reset resets at the next byte. */
  up: FlowState;
  down: FlowState;
  /** False: new connections are reset. */
  accept: boolean;
}

export interface LinkProxy {
  readonly port: number;
  readonly connections: number;
  /** For every connection from now on, present ones included. */
  set(faults: Partial<LinkFaults>): void;
  /** Stalls the connections there are; new ones are not touched. */
  stallPresent(): void;
  resetAll(): void;
  close(): Promise<void>;
}
