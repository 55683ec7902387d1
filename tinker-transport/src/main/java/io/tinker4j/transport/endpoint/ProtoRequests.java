package io.tinker4j.transport.endpoint;

import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOf;
import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOfInteger;
import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOfText;

import io.tinker4j.transport.endpoint.ProtoFields.Chunk;
import io.tinker4j.transport.endpoint.ProtoFields.Csr;
import io.tinker4j.transport.endpoint.ProtoFields.DatumField;
import io.tinker4j.transport.endpoint.ProtoFields.Entry;
import io.tinker4j.transport.endpoint.ProtoFields.Pass;
import io.tinker4j.transport.endpoint.ProtoFields.Span;
import io.tinker4j.transport.endpoint.ProtoFields.Tensor;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.ProvenanceSpan;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import io.tinker4j.types.wire.ForwardBackwardInput;
import java.util.Map;

/**
 * The binary form of training passes, written without intermediate messages: each part says its
 * size and is then written into the body. The schema is {@code openapi/proto/tinker_public.proto}.
 */
final class ProtoRequests {
  private ProtoRequests() {}

  static byte[] of(ForwardBackwardInput input, String modelId, long seqId, boolean forwardOnly) {
    ProtoHead head = new ProtoHead(input, modelId, int32(seqId), forwardOnly);
    int size = head.size();
    for (Datum datum : input.data()) {
      size = add(size, sizeOf(Pass.DATA, size(datum)));
    }
    ProtoWriter out = new ProtoWriter(size);
    head.write(out);
    for (Datum datum : input.data()) {
      out.begin(Pass.DATA, size(datum));
      write(datum, out);
    }
    return out.finished();
  }

  private static int int32(long seqId) {
    if (seqId != (int) seqId) {
      throw new IllegalArgumentException(
          "seq_id is " + seqId + "; binary requests carry at most " + Integer.MAX_VALUE);
    }
    return (int) seqId;
  }

  private static int size(Datum datum) {
    int size = 0;
    for (ModelInputChunk chunk : datum.modelInput().chunks()) {
      size = add(size, sizeOf(DatumField.MODEL_INPUT, size(chunk)));
    }
    for (Map.Entry<String, TensorData> input : datum.lossFnInputs().entrySet()) {
      size = add(size, sizeOf(DatumField.LOSS_FN_INPUTS, size(input)));
    }
    for (ProvenanceSpan span : datum.modelInputSpans()) {
      size = add(size, sizeOf(DatumField.MODEL_INPUT_SPANS, size(span)));
    }
    for (ProvenanceSpan span : datum.lossFnInputSpans()) {
      size = add(size, sizeOf(DatumField.LOSS_FN_INPUT_SPANS, size(span)));
    }
    return size;
  }

  private static void write(Datum datum, ProtoWriter out) {
    for (ModelInputChunk chunk : datum.modelInput().chunks()) {
      out.begin(DatumField.MODEL_INPUT, size(chunk));
      write(chunk, out);
    }
    for (Map.Entry<String, TensorData> input : datum.lossFnInputs().entrySet()) {
      out.begin(DatumField.LOSS_FN_INPUTS, size(input));
      out.text(Entry.KEY, input.getKey());
      out.begin(Entry.VALUE, size(input.getValue()));
      write(input.getValue(), out);
    }
    for (ProvenanceSpan span : datum.modelInputSpans()) {
      out.begin(DatumField.MODEL_INPUT_SPANS, size(span));
      write(span, out);
    }
    for (ProvenanceSpan span : datum.lossFnInputSpans()) {
      out.begin(DatumField.LOSS_FN_INPUT_SPANS, size(span));
      write(span, out);
    }
  }

  private static int size(ProvenanceSpan span) {
    return switch (span) {
      case ProvenanceSpan.Prompt prompt ->
          sizeOf(
              Span.PROMPT_TOKENS,
              sizeOfSpan(prompt.sequenceId(), prompt.offset(), prompt.length()));
      case ProvenanceSpan.Sampled sampled ->
          sizeOf(
              Span.SAMPLED_TOKENS,
              sizeOfSpan(sampled.sequenceId(), sampled.offset(), sampled.length()));
    };
  }

  private static int sizeOfSpan(String sequenceId, long offset, long length) {
    int place =
        (offset == 0 ? 0 : sizeOfInteger(Span.OFFSET, offset))
            + (length == 0 ? 0 : sizeOfInteger(Span.LENGTH, length));
    return add(ProtoWriter.sizeUnlessEmpty(Span.SEQUENCE_ID, sequenceId), place);
  }

  private static void write(ProvenanceSpan span, ProtoWriter out) {
    switch (span) {
      case ProvenanceSpan.Prompt prompt ->
          writeSpan(Span.PROMPT_TOKENS, prompt.sequenceId(), prompt.offset(), prompt.length(), out);
      case ProvenanceSpan.Sampled sampled ->
          writeSpan(
              Span.SAMPLED_TOKENS, sampled.sequenceId(), sampled.offset(), sampled.length(), out);
    }
  }

  private static void writeSpan(
      int kind, String sequenceId, long offset, long length, ProtoWriter out) {
    out.begin(kind, sizeOfSpan(sequenceId, offset, length));
    out.textUnlessEmpty(Span.SEQUENCE_ID, sequenceId);
    if (offset != 0) {
      out.integer(Span.OFFSET, offset);
    }
    if (length != 0) {
      out.integer(Span.LENGTH, length);
    }
  }

  private static int size(ModelInputChunk chunk) {
    return switch (chunk) {
      case EncodedTextChunk text -> sizeOf(Chunk.ENCODED_TEXT, sizeOfTokens(text));
      case ImageChunk image -> sizeOf(Chunk.IMAGE, sizeOfImage(image));
      case DmelChunk audio -> sizeOf(Chunk.DMEL, sizeOf(Chunk.CONTENT, audio.dmel().remaining()));
      case ImageAssetPointerChunk image -> throw noBinaryForm(image);
      case ModelInputChunk.Unrecognized other -> throw noBinaryForm(other);
    };
  }

  private static int sizeOfTokens(EncodedTextChunk text) {
    return sizeOf(Chunk.CONTENT, Math.multiplyExact(text.length(), Integer.BYTES));
  }

  private static int sizeOfImage(ImageChunk image) {
    int size =
        add(
            sizeOf(Chunk.CONTENT, image.data().remaining()),
            sizeOfText(Chunk.IMAGE_FORMAT, image.format().value()));
    return image.expectedTokens().isPresent()
        ? add(size, sizeOfInteger(Chunk.IMAGE_EXPECTED_TOKENS, image.expectedTokens().getAsInt()))
        : size;
  }

  private static void write(ModelInputChunk chunk, ProtoWriter out) {
    switch (chunk) {
      case EncodedTextChunk text -> {
        out.begin(Chunk.ENCODED_TEXT, sizeOfTokens(text));
        out.ints(Chunk.CONTENT, text.tokens());
      }
      case ImageChunk image -> {
        out.begin(Chunk.IMAGE, sizeOfImage(image));
        out.bytes(Chunk.CONTENT, image.data());
        out.text(Chunk.IMAGE_FORMAT, image.format().value());
        image
            .expectedTokens()
            .ifPresent(tokens -> out.integer(Chunk.IMAGE_EXPECTED_TOKENS, tokens));
      }
      case DmelChunk audio -> {
        out.begin(Chunk.DMEL, sizeOf(Chunk.CONTENT, audio.dmel().remaining()));
        out.bytes(Chunk.CONTENT, audio.dmel());
      }
      case ImageAssetPointerChunk image -> throw noBinaryForm(image);
      case ModelInputChunk.Unrecognized other -> throw noBinaryForm(other);
    }
  }

  private static IllegalArgumentException noBinaryForm(ModelInputChunk chunk) {
    return new IllegalArgumentException(
        "a chunk of type " + chunk.type() + " cannot be used for training; it has no binary form");
  }

  private static int size(Map.Entry<String, TensorData> input) {
    return add(sizeOfText(Entry.KEY, input.getKey()), sizeOf(Entry.VALUE, size(input.getValue())));
  }

  private static int size(TensorData tensor) {
    int values =
        tensor.isSparse()
            ? sizeOf(Tensor.SPARSE_CSR, sizeOfCsr(tensor))
            : sizeOf(Tensor.DENSE, sizeOfElements(tensor));
    int shape = sizeOfShape(tensor);
    return add(
        values,
        sizeOfInteger(Tensor.DTYPE, dtype(tensor))
            + (shape == 0 ? 0 : sizeOf(Tensor.SHAPE, shape)));
  }

  private static int sizeOfElements(TensorData tensor) {
    int width = tensor.dtype() == TensorDtype.FLOAT32 ? Float.BYTES : Long.BYTES;
    return Math.multiplyExact(tensor.size(), width);
  }

  private static int sizeOfCsr(TensorData tensor) {
    int rows = Math.multiplyExact(tensor.sparseCrowIndices().remaining(), Long.BYTES);
    int columns = Math.multiplyExact(tensor.sparseColIndices().remaining(), Long.BYTES);
    return add(
        sizeOf(Csr.VALUES, sizeOfElements(tensor)),
        add(sizeOf(Csr.CROW_INDICES, rows), sizeOf(Csr.COL_INDICES, columns)));
  }

  private static int sizeOfShape(TensorData tensor) {
    int size = 0;
    for (long dimension : tensor.shape()) {
      size += ProtoWriter.sizeOfVarint(dimension);
    }
    return size;
  }

  private static int dtype(TensorData tensor) {
    return switch (tensor.dtype()) {
      case FLOAT32 -> 1;
      case INT64 -> 2;
    };
  }

  private static void write(TensorData tensor, ProtoWriter out) {
    if (tensor.isSparse()) {
      out.begin(Tensor.SPARSE_CSR, sizeOfCsr(tensor));
      writeElements(Csr.VALUES, tensor, out);
      out.longs(Csr.CROW_INDICES, tensor.sparseCrowIndices());
      out.longs(Csr.COL_INDICES, tensor.sparseColIndices());
    } else {
      writeElements(Tensor.DENSE, tensor, out);
    }
    out.integer(Tensor.DTYPE, dtype(tensor));
    int shape = sizeOfShape(tensor);
    if (shape > 0) {
      out.begin(Tensor.SHAPE, shape);
      for (long dimension : tensor.shape()) {
        out.varint(dimension);
      }
    }
  }

  private static void writeElements(int field, TensorData tensor, ProtoWriter out) {
    switch (tensor.dtype()) {
      case FLOAT32 -> out.floats(field, tensor.floats());
      case INT64 -> out.longs(field, tensor.longs());
    }
  }

  private static int add(int a, int b) {
    return Math.addExact(a, b);
  }
}
