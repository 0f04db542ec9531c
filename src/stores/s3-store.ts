import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { checkKey, type LocalFile, type ObjectEntry, type ObjectStore, StoreError } from './object-store.js';
import { fromS3 } from './s3-errors.js';

/** How to reach a bucket of a server that speaks S3. */
export interface S3Access {
  /** http:// or https:// */
  readonly endpoint: string;
  readonly region: string;
  readonly keyId: string;
  readonly secret: string;
  /** The longest silence on a connection, in milliseconds. @defaultValue 20 s */
  readonly silenceMs?: number;
}

export interface S3StoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** What precedes the key in the names of objects, and what follows it. */
  readonly prefix: string;
  readonly suffix: string;
}

/** The client's own messages: what is worth telling is in its errors. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {}, trace() {} };

const CONNECT_MS = 5_000;
const SILENCE_MS = 20_000;
/** The longest that an answer may take with all retries; for the upload of a large file, and for `fault`. */
const ANSWER_MS = 45_000;
const UPLOAD_MS = 600_000;
const FAULT_MS = 5_000;

/** A client for the stores in one bucket, to be destroyed in the end. The bucket is part of the path, as every server knows it. */
export function s3Client({ endpoint, region, keyId, secret, silenceMs = SILENCE_MS }: S3Access): S3Client {
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    logger: SILENT,
    credentials: { accessKeyId: keyId, secretAccessKey: secret },
    // Only some servers know the checksums of 2024. The content is signed, and checked by its reader.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: silenceMs },
  });
  // Some servers verify the signature of a bucket's path without the slash at its end, and all know that form.
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { path: string };
      request.path = request.path.replace(/\/$/, '');
      return next(args);
    },
    { step: 'build' },
  );
  return client;
}

/** Objects in a bucket. */
export class S3Store implements ObjectStore {
  readonly #options: S3StoreOptions;

  constructor(options: S3StoreOptions) {
    this.#options = options;
  }

  async put(key: string, content: Buffer): Promise<void> {
    const command = new PutObjectCommand({ ...this.#named(key), Body: content, ContentLength: content.length });
    await this.#within(ANSWER_MS, (abortSignal) => this.#options.client.send(command, { abortSignal }));
  }

  async take(key: string, { path, bytes, sha256 }: LocalFile): Promise<void> {
    const body = createReadStream(path);
    try {
      const command = new PutObjectCommand({ ...this.#named(key), Body: body, ContentLength: bytes });
      // The digest is known, so it is signed: the server refuses other content.
      command.middlewareStack.add(
        (next) => (args) => {
          (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = sha256;
          return next(args);
        },
        { step: 'build' },
      );
      await this.#within(UPLOAD_MS, (abortSignal) => this.#options.client.send(command, { abortSignal }));
    } finally {
      body.destroy();
      await rm(path, { force: true });
    }
  }

  async open(key: string): Promise<Readable> {
    const command = new GetObjectCommand(this.#named(key));
    const { Body: body } = await this.#within(ANSWER_MS, (abortSignal) =>
      this.#options.client.send(command, { abortSignal }),
    );
    if (!(body instanceof Readable)) throw new StoreError('object-missing', 'no such object');
    return Readable.from(received(body), { objectMode: false });
  }

  async remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand(this.#named(key));
    await this.#within(ANSWER_MS, (abortSignal) => this.#options.client.send(command, { abortSignal }));
  }

  async *list(prefix = ''): AsyncIterable<ObjectEntry> {
    const { prefix: own, suffix } = this.#options;
    let next: string | undefined;
    do {
      const page = await this.#page(own + prefix, next, ANSWER_MS);
      for (const { Key: name = '', LastModified: at } of page.Contents ?? []) {
        if (name.endsWith(suffix)) {
          yield { key: name.slice(own.length, name.length - suffix.length), storedAt: at?.getTime() ?? Date.now() };
        }
      }
      next = page.NextContinuationToken;
    } while (next !== undefined);
  }

  async fault(): Promise<string | null> {
    return this.#page(this.#options.prefix, undefined, FAULT_MS, 1).then(
      () => null,
      (error: Error) => error.message,
    );
  }

  #named(key: string): { readonly Bucket: string; readonly Key: string } {
    const { bucket, prefix, suffix } = this.#options;
    return { Bucket: bucket, Key: prefix + checkKey(key) + suffix };
  }

  #page(prefix: string, next: string | undefined, ms: number, most?: number) {
    const command = new ListObjectsV2Command({
      Bucket: this.#options.bucket,
      Prefix: prefix,
      ContinuationToken: next,
      MaxKeys: most,
    });
    return this.#within(ms, (abortSignal) => this.#options.client.send(command, { abortSignal }));
  }

  async #within<T>(ms: number, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await send(AbortSignal.timeout(ms));
    } catch (error) {
      throw fromS3(error);
    }
  }
}

/** Passes the body on; a connection that breaks, or says nothing for too long, fails it as an unavailable store. */
async function* received(body: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw fromS3(error);
  }
}
