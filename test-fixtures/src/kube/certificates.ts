import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const freshKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Files of a small certificate authority in one folder. Keys are not encrypted: they are for one test. */
export interface Certificates {
  readonly ca: string;
  readonly server: string;
  readonly serverKey: string;
  readonly admin: string;
  readonly adminKey: string;
  /** Signs tokens of service accounts. */
  readonly accountKey: string;
}

async function openssl(folder: string, ...args: string[]): Promise<void> {
  try {
    await run('openssl', args, { cwd: folder, timeout: 30_000 });
  } catch (error) {
    throw new Error(
      `openssl ${args[0]} failed in ${folder}: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
}

async function sign(folder: string, name: string, subject: string, extension: string): Promise<void> {
  const request = ['-new', ...freshKey, '-keyout', `${name}.key`, '-subj', subject, '-addext', extension];
  await openssl(folder, 'req', ...request, '-out', `${name}.csr`);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-copy_extensions', 'copy', '-days', '3650'];
  await openssl(folder, 'x509', '-req', '-in', `${name}.csr`, ...authority, '-out', `${name}.crt`);
}

/**
 * Makes, with the `openssl` program, an authority, a server certificate for 127.0.0.1, and a client certificate
 * in `system:masters`. What the folder has from an earlier start is used again.
 */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const file = (name: string) => join(folder, name);
  if (!existsSync(file('admin.crt'))) {
    const authority = [
      '-x509',
      ...freshKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-subj',
      '/CN=test-ca',
      '-days',
      '3650',
    ];
    await openssl(folder, 'req', ...authority);
    await openssl(folder, 'ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', 'account.key');
    await sign(folder, 'server', '/CN=kube-apiserver', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
    await sign(folder, 'admin', '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth');
  }
  return {
    ca: file('ca.crt'),
    server: file('server.crt'),
    serverKey: file('server.key'),
    admin: file('admin.crt'),
    adminKey: file('admin.key'),
    accountKey: file('account.key'),
  };
}
