import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { Operator } from '../condition/ast.js';
import type { FieldValue } from '../fields/fields.js';
import { OperandError } from './operand-error.js';
import type { Predicate } from './types.js';

/** Adds one address in the syntax of rules. @throws OperandError */
function addAddress(list: BlockList, text: string): void {
  if (text.includes('.') && !text.includes(':')) {
    if (!isIPv4(text)) throw new OperandError(`unrecognized IPv4 address ${text}`);
    list.addAddress(text, 'ipv4');
    return;
  }
  if (!isIPv6(text)) throw new OperandError(`unrecognized IPv6 address ${text}`);
  list.addAddress(text, 'ipv6');
}

/** Adds one network in the syntax of rules, `address/bits`. @throws OperandError */
function addNetwork(list: BlockList, text: string): void {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  const width = family === 4 ? 32 : 128;
  if (rest.length > 0 || family === 0 || !/^\d{1,3}$/.test(bits)) {
    throw new OperandError(`unrecognized IP network ${text}`);
  }
  if (Number(bits) > width) throw new OperandError(`invalid netmask ${bits}`);
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Compares an address field with addresses (`ip`) or networks (`net`). An address of the other family differs from every constant. @throws
 * OperandError for an invalid constant
 */
export function addressPredicate(type: 'ip' | 'net', operator: Operator, values: readonly string[]): Predicate {
  const list = new BlockList();
  for (const value of values) {
    if (type === 'ip') addAddress(list, value);
    else addNetwork(list, value);
  }
  if (operator === '!=') return (value) => isIP(String(value)) !== 0 && !isListed(list, value);
  return (value) => isListed(list, value);
}

function isListed(list: BlockList, value: FieldValue): boolean {
  const text = String(value);
  const family = isIP(text);
  return family !== 0 && list.check(text, family === 4 ? 'ipv4' : 'ipv6');
}

/** A canonical spelling for each address, so that two fields can be compared. */
export function canonicalAddress(text: string): string {
  if (!isIPv6(text)) return text;
  return new URL(`http://[${text}]/`).hostname;
}
