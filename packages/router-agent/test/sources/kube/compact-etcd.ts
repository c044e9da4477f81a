/** Makes etcd forget all changes before now, through its JSON gateway. */
export async function compactEtcd(url: string): Promise<void> {
  const post = async (
    path: string,
    body: unknown,
  ): Promise<{ readonly header?: { readonly revision?: string } }> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { readonly header?: { readonly revision?: string } };
  };
  const { header } = await post('/v3/kv/range', { key: Buffer.from('/').toString('base64') });
  await post('/v3/kv/compaction', { revision: header?.revision, physical: true });
}
