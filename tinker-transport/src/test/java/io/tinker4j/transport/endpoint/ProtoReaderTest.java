package io.tinker4j.transport.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.PromptAltTokens;
import io.tinker4j.types.proto.SampleResponse;
import io.tinker4j.types.proto.SampledSequence;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.StopReason;
import io.tinker4j.types.proto.Tensor;
import io.tinker4j.types.proto.TopkLogprobs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The reader against protobuf's own: what it takes, what it refuses, what it makes of it. */
class ProtoReaderTest {
  /** So that a number of datums that a mutation made is not counted up to. */
  private static final long FEW = 1000;

  private static final ByteString EIGHT = ByteString.copyFrom(new byte[] {0, 0, 1, 2, 3, 4, 5, 6});
  private static final ByteString OFFSETS =
      ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0});

  private static final ByteString ROWS =
      ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});

  private static final SampleResponse SAMPLE =
      SampleResponse.newBuilder()
          .addSequences(
              SampledSequence.newBuilder()
                  .setStopReason(StopReason.STOP_REASON_LENGTH)
                  .setTokens(EIGHT)
                  .setLogprobs(EIGHT)
                  .setTopkSampledLogprobs(topk()))
          .addSequences(SampledSequence.newBuilder().setTokens(EIGHT))
          .setPromptLogprobs(EIGHT)
          .setTopkPromptLogprobs(topk())
          .setPromptCacheHitTokens(300)
          .setTargetPromptLogprobs(
              Tensor.newBuilder()
                  .setSparseCsr(
                      SparseCsr.newBuilder()
                          .setValues(EIGHT.substring(0, 4))
                          .setCrowIndices(ROWS)
                          .setColIndices(ByteString.copyFrom(new byte[8])))
                  .setDtype(DType.DTYPE_FLOAT32)
                  .addShape(1)
                  .addShape(7))
          .setPromptAltTokens(
              PromptAltTokens.newBuilder()
                  .setTokens(dense(DType.DTYPE_INT32, 2))
                  .setLogprobs(dense(DType.DTYPE_FLOAT32, 2)))
          .build();

  private static final ForwardBackwardOutput OUTPUT =
      ForwardBackwardOutput.newBuilder()
          .setLossFnOutputType("module:Ünïcode")
          .putMetrics("loss:sum", 2.5)
          .putMetrics("", Double.NaN)
          .addLossFnOutputs(
              ArrayRecord.newBuilder()
                  .setTypeTag("tag")
                  .setNumDatums(1)
                  .putFields(
                      "logprobs",
                      BatchedTensor.newBuilder()
                          .setDtype(DType.DTYPE_FLOAT32)
                          .setData(EIGHT)
                          .setOffsets(OFFSETS)
                          .addTrailingShape(2)
                          .build()))
          .build();

  private static TopkLogprobs topk() {
    return TopkLogprobs.newBuilder()
        .setTokenIds(EIGHT)
        .setLogprobs(EIGHT)
        .setK(1)
        .setLength(2)
        .build();
  }

  private static Tensor dense(DType dtype, int elements) {
    return Tensor.newBuilder().setDense(EIGHT).setDtype(dtype).addShape(elements).build();
  }

  @Property(tries = 5000)
  void sample_anyMutation_readsAsProtobufReadsIt(@ForAll long seed) throws IOException {
    byte[] body = mutation(SAMPLE, new Random(seed));

    byte[] canonical = canonical(SampleResponse.parser(), body);

    if (canonical == null) {
      assertThatThrownBy(() -> ProtoMessages.Sample.read(new ProtoReader(ByteBuffer.wrap(body))))
          .isInstanceOf(IOException.class);
    } else {
      assertThat(outcome(ProtoResults::sample, body))
          .isEqualTo(outcome(ProtoResults::sample, canonical));
    }
  }

  @Property(tries = 5000)
  void forwardBackward_anyMutation_readsAsProtobufReadsIt(@ForAll long seed) throws IOException {
    byte[] body = mutation(OUTPUT, new Random(seed));

    byte[] canonical = canonical(ForwardBackwardOutput.parser(), body);

    if (canonical == null) {
      assertThatThrownBy(
              () -> ProtoMessages.PassOutput.read(new ProtoReader(ByteBuffer.wrap(body))))
          .isInstanceOf(IOException.class);
    } else if (ForwardBackwardOutput.parseFrom(canonical).getLossFnOutputsList().stream()
        .allMatch(record -> record.getNumDatums() < FEW)) {
      assertThat(outcome(ProtoResults::forwardBackward, body))
          .isEqualTo(outcome(ProtoResults::forwardBackward, canonical));
    }
  }

  @Test
  void sample_unmutated_holdsEverything() throws IOException {
    var sample = ProtoResults.sample(ByteBuffer.wrap(SAMPLE.toByteArray()));

    assertThat(sample.sequences()).hasSize(2);
    assertThat(sample.sequences().get(0).topkLogprobs()).isPresent();
    assertThat(sample.topkPromptLogprobs()).isPresent();
    assertThat(sample.promptCacheHitTokens()).isEqualTo(300);
    assertThat(sample.targetPromptLogprobs()).isPresent();
    assertThat(sample.promptAltTokens()).isPresent();
  }

  @Test
  void skip_groupsWithinGroups_areUnknownFields() throws IOException {
    byte[] body = {(9 << 3) | 3, (10 << 3) | 3, 8, 1, (10 << 3) | 4, (9 << 3) | 4, 32, 5};

    ProtoReader reader = new ProtoReader(ByteBuffer.wrap(body));
    reader.next();
    reader.skip();

    assertThat(reader.next()).isEqualTo(4 << 3);
    assertThat(reader.varint()).isEqualTo(5);
    assertThat(reader.next()).isZero();
  }

  /** The bytes that protobuf would write for what it has read; null when it refuses. */
  private static byte @Nullable [] canonical(Parser<? extends Message> parser, byte[] body) {
    try {
      return DiscardUnknownFieldsParser.wrap(parser).parseFrom(body).toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private interface Reading {
    Object read(ByteBuffer body) throws IOException;
  }

  private static Object outcome(Reading reading, byte[] body) throws IOException {
    try {
      return reading.read(ByteBuffer.wrap(body));
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** One to four changes: bits, lost and repeated pieces, unpacked and unknown fields. */
  private static byte[] mutation(Message message, Random random) throws IOException {
    byte[] body = message.toByteArray();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(body.length + 1);
      int length = random.nextInt(body.length + 1 - at);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(body, 0, at);
      switch (random.nextInt(6)) {
        case 0 -> out.write(body, at + length, body.length - at - length);
        case 1 -> {
          out.write(body, at, length);
          out.write(body, at, body.length - at);
        }
        case 2 -> out.write(body, 0, body.length);
        case 3 -> {
          out.write(field(random));
          out.write(body, at, body.length - at);
        }
        default -> {
          byte[] rest = Arrays.copyOfRange(body, at, body.length);
          if (rest.length > 0) {
            rest[0] ^= (byte) (1 << random.nextInt(8));
          }
          out.write(rest);
        }
      }
      body = out.toByteArray();
    }
    return body;
  }

  private static byte[] field(Random random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeTag(random.nextInt(8), random.nextInt(8));
    out.writeUInt64NoTag(random.nextBoolean() ? random.nextInt(9) : random.nextLong());
    out.flush();
    return bytes.toByteArray();
  }
}
