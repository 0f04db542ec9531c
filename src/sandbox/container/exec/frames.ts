const HEADER_BYTES = 8;

/** Which of the two output streams a frame belongs to. */
export type OutputName = 'stdout' | 'stderr';

/**
 * Splits Docker's multiplexed stream (8 bytes: stream, 0, 0, 0, length; then the payload), and passes on payload without waiting for the
 * end of a frame. docker-modem's `demuxStream` recurses for each frame of a chunk, so a hostile program that writes single bytes overflows
 * its stack.
 */
export class FrameReader {
  readonly #emit: (name: OutputName, payload: Buffer) => void;
  #header = Buffer.alloc(0);
  #name: OutputName = 'stdout';
  #left = 0;

  constructor(emit: (name: OutputName, payload: Buffer) => void) {
    this.#emit = emit;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const payload = chunk.subarray(at, at + this.#left);
        this.#left -= payload.length;
        at += payload.length;
        this.#emit(this.#name, payload);
        continue;
      }
      const wanted = HEADER_BYTES - this.#header.length;
      this.#header = Buffer.concat([this.#header, chunk.subarray(at, at + wanted)]);
      at += wanted;
      if (this.#header.length === HEADER_BYTES) this.#startFrame();
    }
  }

  #startFrame(): void {
    this.#name = this.#header[0] === 2 ? 'stderr' : 'stdout';
    this.#left = this.#header.readUInt32BE(4);
    this.#header = Buffer.alloc(0);
  }
}
