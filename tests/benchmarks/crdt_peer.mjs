// The same job for cr-sqlite: another site's changes of five fields of every row, read from a
// compressed file of JSON lines, are applied to a database file that holds the rows (and of every
// twentieth, changes of its own), and are safe on the disk. Checking a signature, a log with who and
// when, and conflicts that stay visible are not in it.
//
// node crdt_peer.mjs NODE_MODULES setup|apply FOLDER ROWS
// (npm install --ignore-scripts @vlcn.io/wa-sqlite@0.22.0: the only build that npm has, WASM)
import fs from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const [modules, part, folder, rows] = process.argv.slice(2);
const root = join(modules, "@vlcn.io/wa-sqlite");
const { default: load } = await import(pathToFileURL(join(root, "dist/crsqlite-sync.mjs")));
const SQLite = await import(pathToFileURL(join(root, "src/sqlite-api.js")));
const VFS = await import(pathToFileURL(join(root, "src/VFS.js")));
const wasmBinary = fs.readFileSync(join(root, "dist/crsqlite-sync.wasm"));
const sqlite3 = SQLite.Factory(await load({ wasmBinary }));
const COLUMNS = '"table",pk,cid,val,col_version,db_version,site_id,cl,seq';
const FILE = "peer.jsonl.gz";
process.chdir(folder); // its names of files may have 64 characters

/** Database files on the disk: what comes with the build keeps them in memory or in a browser. */
class Files extends VFS.Base {
  name = "files";
  #open = new Map();

  xOpen(name, id, flags, out) {
    const path = name || `temporary-${id}`;
    const mode = fs.constants.O_RDWR | fs.constants.O_CREAT;
    this.#open.set(id, { path, flags, fd: fs.openSync(path, mode) });
    out.setInt32(0, flags, true);
    return VFS.SQLITE_OK;
  }

  xClose(id) {
    const { fd, flags, path } = this.#open.get(id);
    fs.closeSync(fd);
    if (flags & VFS.SQLITE_OPEN_DELETEONCLOSE) fs.rmSync(path);
    this.#open.delete(id);
    return VFS.SQLITE_OK;
  }

  xRead(id, data, offset) {
    const found = fs.readSync(this.#open.get(id).fd, data, 0, data.byteLength, offset);
    data.fill(0, found);
    return found === data.byteLength ? VFS.SQLITE_OK : VFS.SQLITE_IOERR_SHORT_READ;
  }

  xWrite(id, data, offset) {
    fs.writeSync(this.#open.get(id).fd, data, 0, data.byteLength, offset);
    return VFS.SQLITE_OK;
  }

  xTruncate(id, size) {
    fs.ftruncateSync(this.#open.get(id).fd, size);
    return VFS.SQLITE_OK;
  }

  xSync(id) {
    fs.fsyncSync(this.#open.get(id).fd);
    return VFS.SQLITE_OK;
  }

  xFileSize(id, out) {
    out.setBigInt64(0, BigInt(fs.fstatSync(this.#open.get(id).fd).size), true);
    return VFS.SQLITE_OK;
  }

  xDelete(name) {
    fs.rmSync(name, { force: true });
    return VFS.SQLITE_OK;
  }

  xAccess(name, flags, out) {
    out.setInt32(0, fs.existsSync(name) ? 1 : 0, true);
    return VFS.SQLITE_OK;
  }
}

sqlite3.vfs_register(new Files(), false);

async function open(name) {
  const flags = SQLite.SQLITE_OPEN_READWRITE | SQLite.SQLITE_OPEN_CREATE;
  const db = await sqlite3.open_v2(name, flags, "files");
  const settings = "journal_mode=TRUNCATE synchronous=FULL temp_store=MEMORY cache_size=-65536";
  for (const one of settings.split(" ")) await sqlite3.exec(db, `PRAGMA ${one}`);
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
}

function write(changes) {
  const plain = (value) => {
    if (typeof value === "bigint") return Number(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
  };
  const lines = changes.map((change) => JSON.stringify(change.map(plain)));
  fs.writeFileSync(FILE, gzipSync(lines.join("\n"), { level: 3 }));
}

function read() {
  const lines = gunzipSync(fs.readFileSync(FILE)).toString().split("\n");
  return lines.map((line) => {
    const change = JSON.parse(line);
    for (const at of [1, 6]) change[at] = Buffer.from(change[at], "hex");
    return change;
  });
}

const edit = (db, number, where) =>
  sqlite3.exec(db, `UPDATE task SET title = 'title ${number} of task '||id||' in the work plan',
    starts_on = '202${number}-02-02', progress = (id + ${number}) % 100,
    responsible = 'responsible ${number} of task '||id||' in the work plan',
    notes = 'notes ${number} of task '||id||' in the work plan' WHERE ${where}`);

async function setup() {
  const [here, there] = [await open("here.db"), await open("there.db")];
  const fields = "title, starts_on, progress, responsible, notes";
  for (const db of [here, there]) {
    await sqlite3.exec(db, `CREATE TABLE task (id INTEGER PRIMARY KEY NOT NULL, ${fields})`);
    await sqlite3.exec(db, "SELECT crsql_as_crr('task')");
  }
  const numbers = `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<${rows})`;
  await sqlite3.exec(here, `${numbers} INSERT INTO task SELECT i, 'Task '||i, '2026-01-01', i%100,
    'responsible 1 of task '||i, 'notes 1 of task '||i||' in the work plan' FROM n`);
  const [[version]] = await all(here, "SELECT crsql_db_version()");
  await apply(there, await all(here, `SELECT ${COLUMNS} FROM crsql_changes`));
  await edit(there, 2, "id % 20 = 0");
  await edit(here, 3, "true");
  write(await all(here, `SELECT ${COLUMNS} FROM crsql_changes WHERE db_version > ${version}`));
  console.log("{}");
}

async function merge() {
  const begun = performance.now();
  const db = await open("there.db");
  const changes = read();
  await apply(db, changes);
  const seconds = (performance.now() - begun) / 1000;
  const [[applied]] = await all(db, "SELECT count(*) FROM task WHERE notes LIKE 'notes 3%'");
  if (applied !== Number(rows)) throw new Error(`${applied} of ${rows} rows changed`);
  console.log(JSON.stringify({ changes: changes.length, seconds }));
}

await (part === "setup" ? setup() : merge());
