package io.tinker4j.transport.endpoint;

import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.PromptAltTokens;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TopkLogprobs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The binary form of the two results that have one. */
public final class ProtoResults {
  private static final int FLOAT32 = 1;
  private static final int INT64 = 2;
  private static final int INT32 = 3;
  private static final int BFLOAT16 = 4;

  private ProtoResults() {}

  public static SampleResponse sample(ByteBuffer body) throws IOException {
    ProtoMessages.Sample message = ProtoMessages.Sample.read(new ProtoReader(body));
    SampleResponse response =
        SampleResponse.of(message.sequences.stream().map(ProtoResults::sequence).toList())
            .withPromptCacheHitTokens(message.promptCacheHitTokens);
    if (message.promptLogprobs.hasRemaining()) {
      response = response.withPromptLogprobs(ProtoArrays.floats(message.promptLogprobs));
    }
    if (isPresent(message.topkPromptLogprobs)) {
      response = response.withTopkPromptLogprobs(topk(message.topkPromptLogprobs));
    }
    if (message.targetPromptLogprobs != null) {
      response = response.withTargetPromptLogprobs(tensor(message.targetPromptLogprobs));
    }
    if (message.promptAltTokens != null) {
      response =
          response.withPromptAltTokens(
              new PromptAltTokens(
                  tensor(message.promptAltTokens.tokens),
                  tensor(message.promptAltTokens.logprobs)));
    }
    return response;
  }

  private static boolean isPresent(ProtoMessages.Topk topk) {
    return topk.k > 0 && topk.length > 0;
  }

  private static TopkLogprobs topk(ProtoMessages.Topk topk) {
    return TopkLogprobs.of(
        ProtoArrays.ints(topk.tokenIds), ProtoArrays.floats(topk.logprobs), topk.k, topk.length);
  }

  private static SampledSequence sequence(ProtoMessages.Sequence message) {
    StopReason reason =
        switch (message.stopReason) {
          case 0 -> StopReason.STOP;
          case 1 -> StopReason.LENGTH;
          default -> StopReason.of("stop_reason_" + message.stopReason);
        };
    IntBuffer tokens = ProtoArrays.ints(message.tokens);
    SampledSequence sequence =
        message.logprobs.hasRemaining()
            ? SampledSequence.of(reason, tokens, ProtoArrays.floats(message.logprobs))
            : SampledSequence.of(reason, tokens);
    return isPresent(message.topkSampledLogprobs)
        ? sequence.withTopkLogprobs(topk(message.topkSampledLogprobs))
        : sequence;
  }

  /** A tensor of an answer: as those of requests, and the narrower element types besides. */
  private static TensorData tensor(ProtoMessages.Tensor tensor) {
    long[] shape = tensor.shape.toArray();
    ProtoMessages.Csr csr = tensor.sparseCsr;
    if (csr == null) {
      return elements(tensor.dtype, tensor.dense, shape);
    }
    if (shape.length != 2) {
      throw new IllegalArgumentException(
          "a sparse tensor has a shape of two dimensions, not " + shape.length);
    }
    return elements(tensor.dtype, csr.values, new long[0])
        .asCsr(
            ProtoArrays.toLongs(csr.crowIndices),
            ProtoArrays.toLongs(csr.colIndices),
            shape[0],
            shape[1]);
  }

  private static TensorData elements(int dtype, ByteBuffer data, long[] shape) {
    return switch (dtype) {
      case FLOAT32 -> TensorData.ofFloats(ProtoArrays.floats(data), shape);
      case BFLOAT16 -> TensorData.ofFloats(ProtoArrays.bfloat16ToFloats(data), shape);
      case INT64 -> TensorData.ofLongs(ProtoArrays.longs(data), shape);
      case INT32 -> TensorData.ofLongs(ProtoArrays.intsToLongs(data), shape);
      default -> throw unknownElements(dtype);
    };
  }

  private static IllegalArgumentException unknownElements(int dtype) {
    return new IllegalArgumentException("element type " + dtype + " is not known");
  }

  static ForwardBackwardOutput forwardBackward(ByteBuffer body) throws IOException {
    ProtoMessages.PassOutput message = ProtoMessages.PassOutput.read(new ProtoReader(body));
    String type = message.type;
    if (!message.records.isEmpty()) {
      type = type.substring(type.lastIndexOf(':') + 1);
    }
    return ForwardBackwardOutput.of(
        type.isBlank() ? "ArrayRecord" : type,
        outputs(message.records),
        Metrics.of(message.metrics));
  }

  /**
   * Cuts the fields of all records into one map per datum. A field's pieces are lined up over the
   * records; the number of datums is what the records say or, when they say nothing, the number of
   * pieces of the first field.
   */
  private static List<Map<String, TensorData>> outputs(List<ProtoMessages.ArrayRecord> records) {
    Map<String, List<TensorData>> pieces = new LinkedHashMap<>();
    for (ProtoMessages.ArrayRecord record : records) {
      record.fields.forEach(
          (name, batch) -> cut(batch, pieces.computeIfAbsent(name, unseen -> new ArrayList<>())));
    }
    long datums = records.stream().mapToLong(record -> record.datums).sum();
    if (datums == 0 && !pieces.isEmpty()) {
      datums = pieces.values().iterator().next().size();
    }
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (int i = 0; i < datums; i++) {
      Map<String, TensorData> output = new LinkedHashMap<>();
      for (Map.Entry<String, List<TensorData>> field : pieces.entrySet()) {
        if (field.getValue().size() <= i) {
          throw new IllegalArgumentException(
              "field %s has %d entries for %d datums"
                  .formatted(field.getKey(), field.getValue().size(), datums));
        }
        output.put(field.getKey(), field.getValue().get(i));
      }
      outputs.add(output);
    }
    return outputs;
  }

  private static void cut(ProtoMessages.Batch batch, List<TensorData> pieces) {
    long[] offsets = ProtoArrays.toLongs(batch.offsets);
    long[] trailingShape = batch.trailingShape.toArray();
    long perRow = 1;
    for (long dimension : trailingShape) {
      perRow = Math.multiplyExact(perRow, dimension);
    }
    for (int i = 0; i + 1 < offsets.length; i++) {
      int start = Math.toIntExact(offsets[i]);
      ByteBuffer piece = batch.data.slice(start, Math.toIntExact(offsets[i + 1]) - start);
      long[] shape = shape(piece.remaining() / width(batch.dtype), trailingShape, perRow);
      pieces.add(elements(batch.dtype, piece, shape));
    }
  }

  private static long[] shape(int elements, long[] trailingShape, long perRow) {
    long[] shape = new long[1 + trailingShape.length];
    shape[0] = perRow == 0 ? 0 : elements / perRow;
    System.arraycopy(trailingShape, 0, shape, 1, trailingShape.length);
    return shape;
  }

  private static int width(int dtype) {
    return switch (dtype) {
      case FLOAT32, INT32 -> 4;
      case INT64 -> 8;
      case BFLOAT16 -> 2;
      default -> throw unknownElements(dtype);
    };
  }
}
