/** Frames out of bytes, without copies, and the adapters for Node's sockets, streams and files: `rockpool/codec`. */

export { BufferedSocketWriter, type SocketWriterStats } from './buffered-socket-writer.ts';
export { ByteToMessageDecoder } from './byte-to-message-decoder.ts';
export {
  CorruptedFrameError,
  DecoderClosedError,
  DecoderStalledError,
  FrameLengthError,
  FrameTooLongError,
  TruncatedFrameError,
} from './codec-errors.ts';
export type { Decoder, Emit } from './decoder.ts';
export type { CumulationMode, DecoderOptions } from './decoder-options.ts';
export { type CodecStreamOptions, decoderStream, encoderStream } from './decoder-stream.ts';
export type { DelimitedDecoderOptions } from './delimited-decoder.ts';
export { DelimiterFrameDecoder, type DelimiterFrameDecoderOptions } from './delimiter-frame-decoder.ts';
export {
  FixedLengthFrameDecoder,
  type FixedLengthFrameDecoderOptions,
} from './fixed-length-frame-decoder.ts';
export type { Flushable, FlushPolicy, FlushTiming } from './flush-schedule.ts';
export type { FramesOptions } from './frame-iterator.ts';
export { frames } from './frames.ts';
export { ConcurrentNextError, SourceClosedError } from './frames-errors.ts';
export type { ByteOrder, LengthFieldBytes } from './length-field.ts';
export {
  LengthFieldFrameDecoder,
  type LengthFieldFrameDecoderOptions,
} from './length-field-frame-decoder.ts';
export { LengthFieldPrepender, type LengthFieldPrependerOptions } from './length-field-prepender.ts';
export { LineFrameDecoder, type LineFrameDecoderOptions } from './line-frame-decoder.ts';
export { PooledReader, type PooledReaderOptions, type PooledReaderStats } from './pooled-reader.ts';
export { type ReadFileBlocksOptions, readFileBlocks } from './read-file-blocks.ts';
export type { BufferedSocketWriterOptions } from './socket-writer-options.ts';
export { WriterClosedError, WriterFullError } from './writer-errors.ts';
