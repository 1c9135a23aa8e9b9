/** An execution error of 12 MB: a tensor and a key in the inputs that are dumped with it. */
export function hugeError(promptId: string): Record<string, unknown> {
  return {
    prompt_id: promptId,
    node_id: '1',
    node_type: 'KSampler',
    executed: [],
    exception_message: 'boom',
    exception_type: 'RuntimeError',
    traceback: Array.from({ length: 200 }, () => '  File "/srv/secret/path/x.py", line 1\n'),
    current_inputs: {
      image: [`tensor([${'0.1234, '.repeat(1_500_000)}])`],
      api_key: ['sk-do-not-show'],
    },
    current_outputs: ['2'],
  }
}
