/** True when the process that started this one asks it to end together with it. */
export const startedWithParentPipe = (): boolean => process.env['ORDERLY_PARENT_PIPE'] === '1';
