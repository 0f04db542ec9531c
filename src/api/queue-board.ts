import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { identityOf } from './auth/identify.js';
import { ApiError } from './errors.js';
import { methodNotAllowed } from './method.js';
import { boardPage } from './pages/board-page.js';
import { sendDocument } from './pages/parts/document.js';
import type { QueueBoard } from './ports.js';

/** bull-board, to be mounted at `BOARD_PATH`: only for administrators, and read-only. */
export function queueBoardRoutes(board: QueueBoard): Router {
  const router = Router();
  router.use(administratorsOnly);
  const refuse = methodNotAllowed('GET, HEAD');
  router.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') refuse(request, response);
    next();
  });
  const keep = (response: Response): void => void response.set('Cache-Control', 'private, max-age=86400');
  router.use('/static', express.static(board.folder, { index: false, cacheControl: false, setHeaders: keep }));
  for (const { path, answer } of board.reads) {
    router.get(path, async ({ params, query }: Request, response: Response) => {
      const { status, body } = await answer({ params, query });
      response.status(status).json(body);
    });
  }
  const page = boardPage(board);
  router.get([...board.pages], (_request: Request, response: Response) =>
    sendDocument(response, page, { base: 'self', form: 'none' }),
  );
  return router;
}

function administratorsOnly(_request: Request, response: Response, next: NextFunction): void {
  if (!identityOf(response).isAdministrator) {
    throw new ApiError(403, 'forbidden', 'only administrators (PACKWARDEN_ADMINISTRATORS) may see the queue');
  }
  next();
}
