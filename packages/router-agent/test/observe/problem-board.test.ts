import t from 'tap';
import { ProblemBoard } from '../../src/observe/problem-board.js';

t.test('a problem is logged when it comes and when it goes, however many found it', async (t) => {
  const told: string[] = [];
  const board = new ProblemBoard({
    log: (level, event, fields) => told.push(`${level} ${event} ${fields.message}`),
  });
  const bad = { place: 'services/default/web', message: 'bad address' };
  board.tell('peers', [bad]);
  board.tell('advertisements', [bad]);
  board.tell('advertisements', [bad]);
  t.same(board.list(), [bad]);
  board.tell('peers', []);
  t.same(told, ['warn problem.found bad address']);
  board.tell('advertisements', []);
  t.same(board.list(), []);
  t.same(told, ['warn problem.found bad address', 'info problem.solved bad address']);
});
