import t from 'tap';
import { readEnvironmentFile } from '../../src/config/environment-file.js';

const value = (text: string) => readEnvironmentFile(text).variables.get('A')?.value;

t.test('values are read as systemd reads them', async (t) => {
  t.equal(value('A=b c'), 'b c');
  t.equal(value('A= b \n'), 'b');
  t.equal(value('A="b c"'), 'b c');
  t.equal(value("A='b \\ c'"), 'b \\ c');
  t.equal(value('A=b"c d"e'), 'bc de');
  t.equal(value('A="b\\"c"'), 'b"c');
  t.equal(value('A=b \\\nc'), 'b c');
  t.equal(value('A="b\nc"'), 'b\nc');
  t.equal(value('export A=b'), 'b');
  t.equal(value('A=b\nA=c'), 'c');
  t.equal(value('A='), '');
  t.equal(value('A=b\r\nB=c\r\n'), 'b');
  t.equal(value('# it\'s a comment\n; and " another\nA=b'), 'b');
});

t.test('words know their lines', async (t) => {
  const text = '\nA="--x=1 \\\n--y=2 --z \\\n  3"\nB=c';
  t.same(readEnvironmentFile(text).variables.get('A')?.words, [
    { word: '--x=1', line: 2 },
    { word: '--y=2', line: 3 },
    { word: '--z', line: 3 },
    { word: '3', line: 4 },
  ]);
  t.equal(readEnvironmentFile(text).variables.get('B')?.line, 5);
});

t.test('what is no such line is told, and the others are read', async (t) => {
  const { variables, mistakes } = readEnvironmentFile('A b\nB=c\n1=2\nC="d');
  t.same([...variables.keys()], ['B']);
  t.same(
    mistakes.map(({ line }) => line),
    [1, 3, 4],
  );
});
