import type { Comparison, Condition, Literal, Operand, RightSide } from './ast.js';
import { isListOperator } from './ast.js';
import { quote } from './quoting.js';

const BARE_ARGUMENT = /^[^[\]"' \t\n\v\f\r]+$/;

const BARE_VALUE = /^[^()"' \t\n\v\f\r=,]+$/;

/**
 * Formats a resolved condition for reading: each part of an `and` or `or` on its own line, quotes only where necessary. `width` is the
 * desired line length.
 */
export function printForPeople(condition: Condition, width = 100, indent = ''): string {
  const line = indent + printCondition(withoutQuotes(condition));
  if (line.length <= width || condition.kind === 'macro' || condition.kind === 'exists') return line;
  if (condition.kind === 'compare') return foldValues(condition, line, width, indent);
  const deeper = `${indent}  `;
  if (condition.kind === 'not') return `${indent}not (\n${printForPeople(condition.child, width, deeper)}\n${indent})`;
  const parts = condition.children.map((child) => {
    const text = printForPeople(child, width, indent);
    const isGroup = child.kind === 'and' || child.kind === 'or';
    if (!isGroup) return text;
    return text.includes('\n')
      ? `${indent}(\n${printForPeople(child, width, deeper)}\n${indent})`
      : `${indent}(${text.trimStart()})`;
  });
  return parts.map((part, i) => (i === 0 ? part : `${indent}${condition.kind} ${part.trimStart()}`)).join('\n');
}

/** A comparison with a long list, with its values wrapped. */
function foldValues(comparison: Comparison, line: string, width: number, indent: string): string {
  const { right } = comparison;
  if (right.kind !== 'values' || right.values.length < 2) return line;
  const none = { ...comparison, right: { ...right, values: [] } };
  const lines = [`${indent}${printCondition(none).slice(0, -1)}`];
  for (const [i, value] of right.values.entries()) {
    const isLast = i === right.values.length - 1;
    const text = printLiteral({ ...value, bare: BARE_VALUE.test(value.text) }) + (isLast ? ')' : ',');
    const current = lines.at(-1) ?? '';
    if (current.length + text.length < width && !current.endsWith('(')) lines[lines.length - 1] = `${current} ${text}`;
    else lines.push(`${indent}  ${text}`);
  }
  return lines.join('\n');
}

function withoutQuotes(condition: Condition): Condition {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return { ...condition, children: condition.children.map(withoutQuotes) };
  }
  if (condition.kind === 'not') return { ...condition, child: withoutQuotes(condition.child) };
  if (condition.kind !== 'compare' || condition.right.kind !== 'values') return condition;
  const values = condition.right.values.map((value) => ({ ...value, bare: BARE_VALUE.test(value.text) }));
  return { ...condition, right: { ...condition.right, values } };
}

/** The condition in one canonical form; parsing it results in the same tree. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.children.map((child) => printChild(child)).join(` ${condition.kind} `);
    case 'not':
      return `not ${printChild(condition.child)}`;
    case 'macro':
      return condition.name;
    case 'exists':
      return `${printOperand(condition.left)} exists`;
    case 'compare': {
      const operator =
        condition.modifier === undefined ? condition.operator : `${condition.operator} ${condition.modifier}`;
      const isList = condition.modifier !== undefined || isListOperator(condition.operator);
      return `${printOperand(condition.left)} ${operator} ${printRight(condition.right, isList)}`;
    }
  }
}

/** `tolower(proc.aname[2])`. */
function printOperand(operand: Operand): string {
  if (operand.kind === 'transform') {
    const option = operand.option === undefined ? '' : `${quote(operand.option)}, `;
    return `${operand.transformer}(${option}${printOperand(operand.operand)})`;
  }
  if (operand.argument === undefined) return operand.name;
  return `${operand.name}[${BARE_ARGUMENT.test(operand.argument) ? operand.argument : quote(operand.argument)}]`;
}

function printChild(condition: Condition): string {
  const isGroup = condition.kind === 'and' || condition.kind === 'or' || condition.kind === 'not';
  return isGroup ? `(${printCondition(condition)})` : printCondition(condition);
}

function printRight(right: RightSide, isList: boolean): string {
  if (right.kind === 'operand') {
    const text = printOperand(right.operand);
    return right.operand.kind === 'field' ? `val(${text})` : text;
  }
  const values = right.values.map(printLiteral);
  return isList ? `(${values.join(', ')})` : values.join('');
}

function printLiteral(literal: Literal): string {
  return literal.bare ? literal.text : quote(literal.text);
}
