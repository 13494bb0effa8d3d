/** Where the text of a stream goes: a connection, or what stands for it in a test. */
export interface StreamSink {
  /** Bytes that the reader has not taken yet. */
  readonly bufferedBytes: number;
  write(text: string): void;
  /** Resolves when little is buffered, with false when that took too long. */
  drained(withinMs: number): Promise<boolean>;
  /** What was written is still sent. */
  end(): void;
  /** Nothing more is sent. */
  cut(): void;
  /** Called once, when the connection is gone for whatever reason. */
  onClose(listener: () => void): void;
}
