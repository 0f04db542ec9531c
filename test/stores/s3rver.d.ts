declare module '@20minutes/s3rver' {
  /** A server that speaks S3, with signatures, over files in a folder. Its credentials are `S3RVER` and `S3RVER`. */
  // biome-ignore lint/style/noDefaultExport: as the package exports it.
  export default class S3rver {
    constructor(options: {
      readonly address: string;
      readonly port: number;
      readonly silent: boolean;
      readonly directory: string;
      readonly configureBuckets: readonly { readonly name: string }[];
    });
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
}
