/**
 * The house of ARCHITECTURE.md as a check: a room imports only from floors below its own.
 * Rooms on one floor do not know each other.
 * Floor 0 (`errors`) may be used by every room.
 */
const floors = [
  ['errors'],
  ['stores'],
  ['rules', 'blobs', 'egress', 'falco', 'ecosystems', 'witness'],
  ['report', 'gitlab', 'sensor'],
  ['jobs'],
  ['api', 'queue', 'sandbox', 'outputs'],
  ['app'],
  ['cli'],
];

const roomRules = floors.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const below = floors.slice(0, floor).flat();
    const allowed = [room, ...below].join('|');
    return {
      name: `floor-${floor}-${room}`,
      comment: `src/${room} may import from: ${below.join(', ') || 'nothing in the house'}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed})/` },
    };
  }),
);

const onlyIn = (library, rooms) => ({
  name: `only-${rooms.join('-')}-knows-${library.replaceAll('/', '-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${rooms.join('|')})/` },
  to: { path: `node_modules/${library}(/|$)` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'], dependencyTypesNot: ['type-only'] },
    },
    ...roomRules,
    onlyIn('dockerode', ['sandbox']),
    onlyIn('bullmq', ['queue']),
    onlyIn('@bull-board', ['queue']),
    onlyIn('@grpc', ['falco', 'sensor']),
    onlyIn('express', ['api']),
    onlyIn('@aws-sdk', ['stores']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
