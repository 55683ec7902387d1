package io.tinker4j.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TopkPromptLogprobs;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The binary form of the two results that have one. */
final class ProtoResults {
  private ProtoResults() {}

  static SampleResponse sample(ByteBuffer body) throws InvalidProtocolBufferException {
    var message = io.tinker4j.types.proto.SampleResponse.parseFrom(body);
    SampleResponse response =
        SampleResponse.of(message.getSequencesList().stream().map(ProtoResults::sequence).toList())
            .withPromptCacheHitTokens(message.getPromptCacheHitTokens());
    if (!message.getPromptLogprobs().isEmpty()) {
      response = response.withPromptLogprobs(ProtoArrays.toFloats(message.getPromptLogprobs()));
    }
    var topk = message.getTopkPromptLogprobs();
    if (topk.getK() > 0 && topk.getPromptLength() > 0) {
      response =
          response.withTopkPromptLogprobs(
              TopkPromptLogprobs.of(
                  ProtoArrays.toInts(topk.getTokenIds()),
                  ProtoArrays.toFloats(topk.getLogprobs()),
                  topk.getK(),
                  topk.getPromptLength()));
    }
    return response;
  }

  private static SampledSequence sequence(io.tinker4j.types.proto.SampledSequence message) {
    StopReason reason =
        switch (message.getStopReason()) {
          case STOP_REASON_STOP -> StopReason.STOP;
          case STOP_REASON_LENGTH -> StopReason.LENGTH;
          case UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "stop reason " + message.getStopReasonValue() + " is not known");
        };
    int[] tokens = ProtoArrays.toInts(message.getTokens());
    return message.getLogprobs().isEmpty()
        ? SampledSequence.of(reason, tokens)
        : SampledSequence.of(reason, tokens, ProtoArrays.toFloats(message.getLogprobs()));
  }

  static ForwardBackwardOutput forwardBackward(ByteBuffer body)
      throws InvalidProtocolBufferException {
    var message = io.tinker4j.types.proto.ForwardBackwardOutput.parseFrom(body);
    String type = message.getLossFnOutputType();
    if (message.getLossFnOutputsCount() > 0) {
      type = type.substring(type.lastIndexOf(':') + 1);
    }
    return ForwardBackwardOutput.of(
        type.isBlank() ? "ArrayRecord" : type,
        outputs(message.getLossFnOutputsList()),
        Metrics.of(message.getMetricsMap()));
  }

  /**
   * Cuts the fields of all records into one map per datum. A field's pieces are lined up over the
   * records; the number of datums is what the records say or, when they say nothing, the number of
   * pieces of the first field.
   */
  private static List<Map<String, TensorData>> outputs(List<ArrayRecord> records) {
    Map<String, List<TensorData>> pieces = new LinkedHashMap<>();
    for (ArrayRecord record : records) {
      record
          .getFieldsMap()
          .forEach((name, batch) ->
              cut(batch, pieces.computeIfAbsent(name, unseen -> new ArrayList<>())));
    }
    long datums = records.stream().mapToLong(ArrayRecord::getNumDatums).sum();
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

  private static void cut(BatchedTensor batch, List<TensorData> pieces) {
    long[] offsets = ProtoArrays.toLongs(batch.getOffsets());
    long perRow = 1;
    for (long dimension : batch.getTrailingShapeList()) {
      perRow = Math.multiplyExact(perRow, dimension);
    }
    for (int i = 0; i + 1 < offsets.length; i++) {
      ByteString piece =
          batch.getData().substring(Math.toIntExact(offsets[i]), Math.toIntExact(offsets[i + 1]));
      pieces.add(tensor(batch, piece, perRow));
    }
  }

  private static TensorData tensor(BatchedTensor batch, ByteString piece, long perRow) {
    return switch (batch.getDtype()) {
      case DTYPE_FLOAT32 -> floats(ProtoArrays.toFloats(piece), batch, perRow);
      case DTYPE_BFLOAT16 -> floats(ProtoArrays.bfloat16ToFloats(piece), batch, perRow);
      case DTYPE_INT64 -> longs(ProtoArrays.toLongs(piece), batch, perRow);
      case DTYPE_INT32 -> longs(ProtoArrays.intsToLongs(piece), batch, perRow);
      case DTYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "element type " + batch.getDtypeValue() + " is not known");
    };
  }

  private static TensorData floats(float[] values, BatchedTensor batch, long perRow) {
    return TensorData.ofFloats(values, shape(values.length, batch, perRow));
  }

  private static TensorData longs(long[] values, BatchedTensor batch, long perRow) {
    return TensorData.ofLongs(values, shape(values.length, batch, perRow));
  }

  private static long[] shape(int elements, BatchedTensor batch, long perRow) {
    long[] shape = new long[1 + batch.getTrailingShapeCount()];
    shape[0] = perRow == 0 ? 0 : elements / perRow;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = batch.getTrailingShape(i - 1);
    }
    return shape;
  }
}
