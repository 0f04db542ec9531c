import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { messageOf } from '../../../src/errors/message.js';

/** Published schemas beside the checkout; without them, the tests that need them are skipped with a message. */
const SCHEMAS = fileURLToPath(new URL('../../../../shared/schemas/', import.meta.url));

export const SCHEMAS_MISSING = existsSync(SCHEMAS) ? false : `no ${SCHEMAS}`;

function jsonValidator(file: string): (text: string) => readonly string[] {
  let validate: ValidateFunction | undefined;
  return (text) => {
    validate ??= compile(file);
    if (validate(JSON.parse(text))) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

function compile(file: string): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: false });
  formats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(`${SCHEMAS}${file}`, 'utf8')));
}

export const gitlabFaults = jsonValidator('gitlab-dependency-scanning.json');
export const sarifFaults = jsonValidator('sarif-2.1.0.json');

const cycloneDx = new JsonStrictValidator(Version.v1dot6);

/** Validates by the schema in its library, and checks that identifiers are unique, which a schema can't express. */
export async function cycloneDxFaults(text: string): Promise<readonly string[]> {
  const faults = await cycloneDx.validate(text);
  if (faults !== null) return [JSON.stringify(faults)];
  const { metadata, components } = JSON.parse(text) as {
    metadata: { component: { 'bom-ref': string } };
    components: readonly { 'bom-ref': string }[];
  };
  const refs = [metadata.component, ...components].map((component) => component['bom-ref']);
  return refs.filter((ref, at) => refs.indexOf(ref) !== at);
}

/** Well-formed, and as readers of JUnit XML expect it. */
export function junitFaults(text: string): readonly string[] {
  const schema = XmlDocument.fromString(readFileSync(new URL('junit.xsd', import.meta.url), 'utf8'));
  const document = XmlDocument.fromString(text);
  const validator = XsdValidator.fromDoc(schema);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    return [messageOf(error)];
  } finally {
    for (const part of [validator, document, schema]) part.dispose();
  }
}
