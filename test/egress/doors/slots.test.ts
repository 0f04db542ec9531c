import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/egress/doors/slots.js';

describe('slots', () => {
  it('are so many; who comes then waits, in order, and who finds a full queue is turned away', async () => {
    const slots = new Slots(2, 2);
    const first = await slots.take();
    await slots.take();
    const order: string[] = [];
    const third = slots.take().finally(() => order.push('third'));
    const fourth = slots.take().finally(() => order.push('fourth'));
    expect(await slots.take()).toBeUndefined();
    expect(order).toEqual([]);
    first?.();
    const giveBack = await third;
    expect(order).toEqual(['third']);
    giveBack?.();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });
});
