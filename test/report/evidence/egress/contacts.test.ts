import { describe, expect, it } from 'vitest';
import { Contacts } from '../../../../src/report/evidence/egress/contacts.js';
import { alertAt } from '../../evidence.js';

const connection = (pid: number, port: number, peer = '172.18.0.1:3128') =>
  alertAt(1, 'Packwarden proxy connection', { 'proc.pid': String(pid), 'fd.name': `172.18.0.2:${port}->${peer}` });
const question = (pid: number, name: string) =>
  alertAt(1, 'Packwarden name lookup', { 'proc.pid': String(pid), 'evt.arg.data': `xy............${name}.....` });

describe('a flood of contacts', () => {
  it('of one process is remembered, and that of later ones as well', () => {
    const contacts = new Contacts();
    for (let port = 1024; port < 60_000; port += 1) contacts.add(connection(20, port));
    contacts.add(connection(30, 60_001));
    expect(contacts.of({ via: 'proxy', host: 'x', clientPorts: [60_001] })[0]?.fields['proc.pid']).toBe('30');
    expect(contacts.of({ via: 'proxy', host: 'x', clientPorts: [50_000] })[0]?.fields['proc.pid']).toBe('20');
    expect([...contacts.all()].map(({ count }) => count)).toEqual([58_976, 1]);
    expect(contacts.overflowed).toBe(0);
  });

  it('of equal questions is one', () => {
    const contacts = new Contacts();
    for (let index = 0; index < 50_000; index += 1) contacts.add(question(20, 'x.invalid'));
    expect(contacts.overflowed).toBe(0);
  });

  it.each([
    ['different questions', (index: number) => question(20, `n${index}.invalid`)],
    ['processes that connect', (index: number) => connection(index, 1024 + (index % 60_000))],
  ])('of %s exceeds what is remembered, and is reported as such', (_title, at) => {
    const contacts = new Contacts();
    for (let index = 0; index < 20_010; index += 1) contacts.add(at(index));
    expect(contacts.overflowed).toBe(10);
  });
});
