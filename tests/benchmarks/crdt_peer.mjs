// The same kind of job for cr-sqlite: another site's changes of five fields of every row are applied
// to a database that holds the rows. In memory and with the changes at hand: reading a file, checking
// a signature, a log with who and when, and conflicts that stay visible are not in it.
//
// node crdt_peer.mjs NODE_MODULES ROWS   (npm install --ignore-scripts @vlcn.io/wa-sqlite@0.22.0)
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(process.argv[2], "@vlcn.io/wa-sqlite");
const rows = Number(process.argv[3]);
const { default: load } = await import(pathToFileURL(join(root, "dist/crsqlite-sync.mjs")));
const SQLite = await import(pathToFileURL(join(root, "src/sqlite-api.js")));
const wasmBinary = readFileSync(join(root, "dist/crsqlite-sync.wasm"));
const sqlite3 = SQLite.Factory(await load({ wasmBinary }));
const COLUMNS = '"table",pk,cid,val,col_version,db_version,site_id,cl,seq';

async function open() {
  const db = await sqlite3.open_v2(":memory:");
  const fields = "title, starts_on, progress, responsible, notes";
  await sqlite3.exec(db, `CREATE TABLE task (id INTEGER PRIMARY KEY NOT NULL, ${fields})`);
  await sqlite3.exec(db, "SELECT crsql_as_crr('task')");
  return db;
}

async function all(db, sql) {
  const found = [];
  for await (const statement of sqlite3.statements(db, sql)) {
    while ((await sqlite3.step(statement)) === SQLite.SQLITE_ROW) found.push(sqlite3.row(statement));
  }
  return found;
}

async function apply(db, changes) {
  const begun = performance.now();
  await sqlite3.exec(db, "BEGIN");
  const sql = `INSERT INTO crsql_changes(${COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)`;
  for await (const statement of sqlite3.statements(db, sql)) {
    for (const change of changes) {
      sqlite3.bind_collection(statement, change);
      await sqlite3.step(statement);
      await sqlite3.reset(statement);
    }
  }
  await sqlite3.exec(db, "COMMIT");
  return (performance.now() - begun) / 1000;
}

const since = (db, version) =>
  all(db, `SELECT ${COLUMNS} FROM crsql_changes WHERE db_version > ${version}`);

const here = await open();
const there = await open();
const numbers = `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<${rows})`;
await sqlite3.exec(here, `${numbers} INSERT INTO task SELECT i, 'Task '||i, '2026-01-01', i%100,
  'responsible 1 of task '||i, 'notes 1 of task '||i||' in the work plan' FROM n`);
const [[version]] = await all(here, "SELECT crsql_db_version()");
await apply(there, await since(here, 0));
await sqlite3.exec(here, `UPDATE task SET title = 'title 3 of task '||id||' in the work plan',
  starts_on = '2023-02-02', progress = (id + 3) % 100,
  responsible = 'responsible 3 of task '||id||' in the work plan',
  notes = 'notes 3 of task '||id||' in the work plan'`);
const changes = await since(here, version);
const seconds = await apply(there, changes);
const [[applied]] = await all(there, "SELECT count(*) FROM task WHERE notes LIKE 'notes 3%'");
if (applied !== rows) throw new Error(`${applied} of ${rows} rows changed`);
console.log(JSON.stringify({ changes: changes.length, seconds }));
