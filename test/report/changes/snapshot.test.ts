import { describe, expect, it } from 'vitest';
import { changesBetween, type FileState, type Snapshot } from '../../../src/report/changes/snapshot.js';

const FILE: FileState = {
  type: 'f',
  inode: '7',
  links: '1',
  size: '10',
  modified: '100.5',
  changed: '100.5',
  mode: '644',
  target: '',
};

const snapshot = (files: Readonly<Record<string, Partial<FileState>>>): Snapshot =>
  new Map(Object.entries(files).map(([path, state]) => [path, { ...FILE, ...state }]));

const BEFORE = snapshot({ '/a': {}, '/d': { type: 'd' }, '/l': { type: 'l', target: 'a' } });

describe('what differs between two snapshots', () => {
  it.each<[string, Readonly<Record<string, Partial<FileState>>>, readonly string[]]>([
    ['nothing', {}, []],
    ['written to', { '/a': { modified: '200', changed: '200' } }, ['/a changed']],
    ['written to, its time set back', { '/a': { changed: '200' } }, ['/a changed']],
    ['other rights', { '/a': { changed: '200', mode: '755' } }, ['/a changed']],
    ['another file by the same name', { '/a': { inode: '9', changed: '100.5' } }, ['/a changed']],
    ['a link that leads elsewhere', { '/l': { type: 'l', target: 'b', changed: '200' } }, ['/l changed']],
    ['a link in place of a folder', { '/d': { type: 'l', changed: '200' } }, ['/d changed']],
    ['something new in a folder', { '/d': { type: 'd', changed: '200', modified: '200' }, '/d/x': {} }, ['/d/x added']],
    [
      'another name made',
      { '/a': { changed: '200', links: '2' }, '/b': { links: '2' } },
      ['/a linked to /b', '/b added'],
    ],
    ['another name made that is not to be seen', { '/a': { changed: '200', links: '2' } }, ['/a changed']],
  ])('%s', (_case, files, expected) => {
    const after = new Map([...BEFORE, ...snapshot(files)]);
    const found = changesBetween(BEFORE, after).map(
      ({ path, kind, names }) => `${path} ${kind}${names.length > 0 ? ` to ${names.join(', ')}` : ''}`,
    );
    expect(found).toEqual(expected);
  });

  it('what is gone', () => {
    expect(changesBetween(BEFORE, snapshot({ '/a': {} })).map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      '/l removed',
    ]);
  });
});
