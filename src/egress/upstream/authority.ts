import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/** A server's certificate and key, in PEM. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

/** RFC 5758 §3.2. */
const ECDSA_WITH_SHA256 = new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' });
const COMMON_NAME = '2.5.4.3';
const ISSUER = named('Proxy CA');
/** The upper bound of a common name in RFC 5280. Clients only check the alternative name. */
const MAX_COMMON_NAME = 64;
const DAY_MS = 86_400_000;
/** How many TLS contexts are cached; an install connects to a handful of hosts. */
const MAX_READY = 512;

/**
 * The certificate authority that the programs of one sandbox trust; it issues certificates for whatever host they ask for. The sandbox gets
 * `cert` only. The keys never enter it, and don't outlive the job.
 */
export class Authority {
  /** PEM. */
  readonly cert: string;
  readonly #own: Keys;
  readonly #servers: Keys;
  readonly #serverKey: string;
  readonly #validity: Validity;
  readonly #ready = new Map<string, SecureContext>();

  /** `now`: milliseconds since the epoch. Takes about 1 ms. */
  constructor(now: number) {
    // The sandbox's clock may be behind (a job that runs with a simulated time).
    this.#validity = new Validity({ notBefore: new Date(now - 30 * DAY_MS), notAfter: new Date(now + 365 * DAY_MS) });
    this.#own = newKeys();
    this.#servers = newKeys();
    this.#serverKey = this.#servers.secret.export({ type: 'pkcs8', format: 'pem' }).toString();
    this.cert = this.#certify(ISSUER, this.#own, [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
    ]);
  }

  /** A certificate for one DNS name or IP address. */
  identityOf(name: string): ServerIdentity {
    const address = isIP(name) === 0 ? new GeneralName({ dNSName: name }) : new GeneralName({ iPAddress: name });
    const cert = this.#certify(named(name.slice(0, MAX_COMMON_NAME)), this.#servers, [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      // rustls (pnpm, bun) rejects a server certificate with the CA's key, hence two keys; OpenSSL's strict mode (Python) requires this
      // extension.
      extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: this.#own.id })),
      extension(id_ce_subjectAltName, new SubjectAlternativeName([address])),
    ]);
    return { cert, key: this.#serverKey };
  }

  /** The same as a TLS context; the most recent ones are cached. */
  contextFor(name: string): SecureContext {
    const known = this.#ready.get(name);
    if (known !== undefined) return known;
    const made = createSecureContext(this.identityOf(name));
    const [oldest] = this.#ready.keys();
    if (this.#ready.size >= MAX_READY && oldest !== undefined) this.#ready.delete(oldest);
    this.#ready.set(name, made);
    return made;
  }

  #certify(subject: Name, keys: Keys, more: readonly Extension[]): string {
    const tbsCertificate = new TBSCertificate({
      version: Version.v3,
      serialNumber: serialNumber(),
      signature: ECDSA_WITH_SHA256,
      issuer: ISSUER,
      validity: this.#validity,
      subject,
      subjectPublicKeyInfo: keys.info,
      extensions: new Extensions([
        ...more,
        extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keys.id.buffer)),
      ]),
    });
    const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), this.#own.secret);
    const signatureValue = new Uint8Array(signature).buffer;
    const made = new Certificate({ tbsCertificate, signatureAlgorithm: ECDSA_WITH_SHA256, signatureValue });
    return new X509Certificate(Buffer.from(AsnConvert.serialize(made))).toString();
  }
}

interface Keys {
  readonly secret: KeyObject;
  readonly info: SubjectPublicKeyInfo;
  readonly id: KeyIdentifier;
}

function newKeys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const info = AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
  const id = createHash('sha1').update(new Uint8Array(info.subjectPublicKey)).digest();
  return { secret: privateKey, info, id: new KeyIdentifier(new Uint8Array(id).buffer) };
}

/** Positive and random: browsers and NSS reject a serial number that an issuer has used before. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return new Uint8Array(bytes).buffer;
}

function named(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}
