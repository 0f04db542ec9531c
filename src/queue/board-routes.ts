import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  ControllerHandlerReturnType,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';

/** A request from a page of the board. */
export interface BoardRequest {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

/** A read-only endpoint. `path` is in Express' syntax. */
export interface BoardRead {
  readonly path: string;
  answer(request: BoardRequest): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** What a web server must serve for bull-board's pages. */
export interface BoardRoutes {
  /** JSON that the page's scripts read. */
  readonly config: string;
  /** Paths of the pages; all serve the same document. */
  readonly pages: readonly string[];
  readonly reads: readonly BoardRead[];
}

/** Runs work that uses Redis. */
export type Guard = <T>(work: () => Promise<T>) => Promise<T>;

/** Poses as a web server for bull-board: collects its routes, which the actual server mounts. */
export class RouteCollector implements IServerAdapter {
  #queues: BullBoardQueues = new Map();
  #config: UIConfig = {};
  #pages: readonly string[] = [];
  #routes: readonly AppControllerRoute[] = [];

  setQueues(queues: BullBoardQueues): this {
    this.#queues = queues;
    return this;
  }

  setUIConfig(config: UIConfig): this {
    this.#config = config;
    return this;
  }

  setEntryRoute({ route }: AppViewRoute): this {
    this.#pages = [route].flat();
    return this;
  }

  setApiRoutes(routes: AppControllerRoute[]): this {
    this.#routes = routes;
    return this;
  }

  /** Files and documents are served by the server that mounts the routes. */
  setViewsPath(): this {
    return this;
  }

  setStaticPath(): this {
    return this;
  }

  /** Errors are handled like all others. */
  setErrorHandler(_handler: (error: Error) => ControllerHandlerReturnType): this {
    return this;
  }

  /** The read-only routes. `guard` converts errors of Redis. */
  collected(guard: Guard): BoardRoutes {
    const reading = this.#routes.filter(({ method }) => [method].flat().every((name) => name === 'get'));
    const reads = reading.flatMap((route) => [route.route].flat().map((path) => this.#read(path, route, guard)));
    return { config: JSON.stringify(this.#config).replaceAll('<', '\\u003c'), pages: this.#pages, reads };
  }

  #read(path: string, route: AppControllerRoute, guard: Guard): BoardRead {
    return {
      path,
      answer: ({ params, query }) =>
        guard(async () => {
          const request = { queues: this.#queues, uiConfig: this.#config, params, query, body: {}, headers: {} };
          const { status = 200, body } = await route.handler(request);
          return { status, body };
        }),
    };
  }
}
