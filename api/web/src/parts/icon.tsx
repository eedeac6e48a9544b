/** Shapes that say the state before any colour does: octagon, triangle, diamond, tick, question mark, broken line. */
export type Shape = "danger" | "high" | "medium" | "low" | "ok" | "unsure" | "silent" | "back" | "on" | "bell" | "site" | "clock" | "result" | "limit";

const DRAWN: Record<Shape, preact.JSX.Element> = {
  danger: <path d="M8 2h8l6 6v8l-6 6H8l-6-6V8zM12 7v6M12 16.500v.5" />,
  high: <path d="M12 3 22.500 21h-21zM12 10v5M12 18v.5" />,
  medium: <path d="M12 2 22 12 12 22 2 12zM12 7.500v5M12 16v.5" />,
  low: <path d="M12 2.500a9.500 9.500 0 1 0 .01 0M12 11v6M12 7v.5" />,
  ok: <path d="M12 2.500a9.500 9.500 0 1 0 .01 0M7.500 12.500l3 3 6-7" />,
  unsure: <path d="M12 2.500a9.500 9.500 0 1 0 .01 0M9 9.500a3 3 0 1 1 4.200 2.700c-.8.400-1.200.9-1.200 1.800M12 17v.5" />,
  silent: <path d="M2 12h5l2-5M15 17l2-5h5M5 3l14 18" />,
  back: <path d="M15 4 7 12l8 8" />,
  on: <path d="m9 4 8 8-8 8" />,
  bell: <path d="M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 22h4" />,
  site: <path d="M3 21V10l6 4v-4l6 4V4h5v17zM7 17h2M12 17h2" />,
  result: <path d="M5 3h10l4 4v14H5zM9 12h6M9 16h6M9 8h2" />,
  limit: <path d="M3 8h18M6 21v-6M12 21V5M18 21v-9" />,
  clock: <path d="M12 2.500a9.500 9.500 0 1 0 .01 0M12 7v5.500l4 2" />,
};

export function Icon({ shape }: { shape: Shape }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {DRAWN[shape]}
    </svg>
  );
}
