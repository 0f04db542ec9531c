import { expect, it } from 'vitest';
import { quote, unquote } from '../../../src/rules/condition/quoting.js';
import { textOfBytes } from '../../../src/rules/index.js';
import { bytesOfText, shownText } from '../../../src/rules/load/raw-text.js';
import { engineFrom, ruleText } from '../support.js';

const BYTES: readonly (readonly [what: string, hex: string, shown: string])[] = [
  ['ASCII', '612f62', 'a/b'],
  ['characters of two, three and four bytes', 'c3a9e282acf09f9880', 'é€😀'],
  ['a single byte', '61e962', 'a�b'],
  ['the first half of a character', 'e28261', '�a'],
  ['bytes that begin nothing', '80bfff', '���'],
  ['a surrogate in UTF-8, which is none', 'eda080', '���'],
  ['an overlong slash', 'c0af', '��'],
  ['the replacement character itself', 'efbfbd', '�'],
  ['the replacement character beside a byte', 'efbfbde9', '��'],
  ['nothing', '', ''],
];

it.each(BYTES)('%s: no byte is lost, and outputs show it as decoders do', (_what, hex, shown) => {
  const bytes = Buffer.from(hex, 'hex');
  const text = textOfBytes(bytes);
  expect(bytesOfText(text).toString('hex')).toBe(hex);
  expect(shownText(text)).toBe(shown);
  expect(shownText(text)).toBe(bytes.toString('utf8'));
  expect(unquote(quote(text), 0)).toBe(text);
});

it('an alert holds no byte that JSON and protobuf can not carry', () => {
  const rule = ruleText('R', 'evt.type = open', { output: 'file %fd.name by %proc.aname[1]' });
  const engine = engineFrom(rule, { appendOutput: [{ extraFields: ['proc.exepath'] }] });
  const event = { 'evt.type': 'open', 'fd.name': '/caf\udce9', 'proc.aname[1]': '\udcff', 'proc.exepath': '\udc80' };
  const [match] = engine.evaluate(event);
  expect(match?.message).toBe('file /caf� by �');
  expect(JSON.stringify([...(match?.fields ?? [])])).not.toMatch(/\\ud[cd]/);
  expect(match?.fields.get('proc.exepath')).toBe('�');
});
