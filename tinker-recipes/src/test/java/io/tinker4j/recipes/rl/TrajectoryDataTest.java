package io.tinker4j.recipes.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tinker4j.types.Datum;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ProvenanceSpan;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trajectories to examples: what is in one, where a new one begins. */
class TrajectoryDataTest {
  private static final ImageChunk IMAGE =
      ImageChunk.of(new byte[] {1}, ImageFormat.PNG).withExpectedTokens(2);

  @Test
  void toDatums_oneTurn_isShifted() {
    Trajectory trajectory = Trajectory.of(turn(ModelInput.ofInts(1, 2, 3), 4, 5));

    List<Datum> data = TrajectoryData.toDatums(trajectory, 2);

    assertThat(data).hasSize(1);
    assertThat(data.get(0).modelInput()).isEqualTo(ModelInput.ofInts(1, 2, 3, 4));
    assertThat(data.get(0).lossFnInputs())
        .containsEntry(Datum.TARGET_TOKENS, TensorData.of(2, 3, 4, 5))
        .containsEntry(Datum.LOGPROBS, TensorData.of(0f, 0f, -4f, -5f))
        .containsEntry(Datum.ADVANTAGES, TensorData.of(0f, 0f, 2f, 2f))
        .containsEntry(TrajectoryData.MASK, TensorData.of(0f, 0f, 1f, 1f));
  }

  @Test
  void toDatums_oneTurn_isAsDatumPolicyMakesIt() {
    Transition turn = turn(ModelInput.ofInts(1, 2, 3), 4, 5);

    List<Datum> data = TrajectoryData.withoutMasks(TrajectoryData.toDatums(Trajectory.of(turn), 2));

    assertThat(data).containsExactly(Datum.policy(turn.observation(), turn.action(), 2));
  }

  @Test
  void toDatums_turnExtendsTheOneBefore_isTheSameExample() {
    ModelInput second =
        ModelInput.of(List.of(EncodedTextChunk.of(1), EncodedTextChunk.of(2, 3, 4)));
    Trajectory trajectory =
        Trajectory.of(turn(ModelInput.ofInts(1), 2).withoutTraining(), turn(second, 5));

    List<Datum> data = TrajectoryData.toDatums(trajectory, 2);

    assertThat(data).hasSize(1);
    assertThat(data.get(0).modelInput()).isEqualTo(ModelInput.ofInts(1, 2, 3, 4));
    assertThat(data.get(0).lossFnInputs())
        .containsEntry(Datum.LOGPROBS, TensorData.of(-2f, 0f, 0f, -5f))
        .containsEntry(Datum.ADVANTAGES, TensorData.of(0f, 0f, 0f, 2f))
        .containsEntry(TrajectoryData.MASK, TensorData.of(0f, 0f, 0f, 1f));
  }

  @Test
  void toDatums_turnDoesNotExtendTheOneBefore_beginsAnExample() {
    List<ModelInput> others =
        List.of(
            ModelInput.ofInts(1, 9, 3), // another answer in its place
            ModelInput.ofInts(1), // shorter
            ModelInput.ofInts(9, 2, 3)); // another beginning

    for (ModelInput other : others) {
      Trajectory trajectory = Trajectory.of(turn(ModelInput.ofInts(1), 2), turn(other, 5));

      assertThat(TrajectoryData.toDatums(trajectory, 1))
          .extracting(Datum::modelInput)
          .containsExactly(ModelInput.ofInts(1), Prefixes.merged(ModelInput.of(other.chunks())));
    }
  }

  @Test
  void toDatums_images_haveNoTargets() {
    ModelInput first =
        ModelInput.of(List.of(EncodedTextChunk.of(1), IMAGE, EncodedTextChunk.of(3)));
    ModelInput second = first.append(7).append(IMAGE).append(8);
    Trajectory trajectory = Trajectory.of(turn(first, 7), turn(second, 9));

    List<Datum> data = TrajectoryData.toDatums(trajectory, 1);

    assertThat(data).hasSize(1);
    assertThat(data.get(0).modelInput().chunks())
        .containsExactly(
            EncodedTextChunk.of(1),
            IMAGE,
            EncodedTextChunk.of(3, 7),
            IMAGE,
            EncodedTextChunk.of(8));
    assertThat(data.get(0).lossFnInputs())
        .containsEntry(Datum.TARGET_TOKENS, TensorData.of(0, 0, 3, 7, 0, 0, 8, 9))
        .containsEntry(TrajectoryData.MASK, TensorData.of(0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f));
  }

  @Test
  void toDatums_anotherImage_beginsAnExample() {
    ModelInput first = ModelInput.of(List.of(IMAGE, EncodedTextChunk.of(3)));
    ModelInput second =
        ModelInput.of(List.of(IMAGE.withExpectedTokens(3), EncodedTextChunk.of(3, 7)));

    assertThat(TrajectoryData.toDatums(Trajectory.of(turn(first, 7), turn(second, 9)), 1))
        .hasSize(2);
  }

  @Test
  void toDatums_imageOfUnknownLength_isRefused() {
    ModelInput observation = ModelInput.of(List.of(ImageChunk.of(new byte[] {1}, ImageFormat.PNG)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrajectoryData.toDatums(Trajectory.of(turn(observation, 7)), 1))
        .withMessageContaining("expectedTokens");
  }

  @Test
  void toDatums_noTokens_isNothing() {
    assertThat(TrajectoryData.toDatums(Trajectory.of(), 1)).isEmpty();
    assertThat(TrajectoryData.toDatums(Trajectory.of(turn(ModelInput.empty())), 1)).isEmpty();
  }

  @Test
  void assemble_tooFewTokens_namesGroupAndTrajectory() {
    Trajectory good = Trajectory.of(turn(ModelInput.ofInts(1), 2));
    Trajectory bad = Trajectory.of(turn(ModelInput.ofInts(1)));
    List<TrajectoryGroup> groups =
        List.of(TrajectoryGroup.of(List.of(good)), TrajectoryGroup.of(List.of(good, bad)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrajectoryData.assemble(groups, Advantages.centered()))
        .withMessageStartingWith("groups[1], trajectory 1: ");
  }

  @Test
  void assemble_advantagesDoNotFit_namesTheGroup() {
    List<TrajectoryGroup> groups =
        List.of(TrajectoryGroup.of(List.of(Trajectory.of(turn(ModelInput.ofInts(1), 2)))));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrajectoryData.assemble(groups, rewards -> new float[3]))
        .withMessage("the advantages of groups[0] has 3 entries, but there are 1 trajectories");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrajectoryData.assemble(groups, rewards -> new float[] {Float.NaN}))
        .withMessageContaining("advantage is NaN");
  }

  @Test
  void withoutMasks_keepsProvenance() {
    Datum datum = TrajectoryData.toDatums(Trajectory.of(turn(ModelInput.ofInts(1), 2)), 1).get(0);
    List<ProvenanceSpan> spans = List.of(new ProvenanceSpan.Prompt("s", 0, 1));

    Datum without = TrajectoryData.withoutMasks(List.of(datum.withProvenance(spans, spans))).get(0);

    assertThat(without.lossFnInputs()).doesNotContainKey(TrajectoryData.MASK);
    assertThat(without.modelInputSpans()).isEqualTo(spans);
    assertThat(without.lossFnInputSpans()).isEqualTo(spans);
  }

  /** A turn whose log-probabilities are its tokens, negated. */
  private static Transition turn(ModelInput observation, int... action) {
    float[] logprobs = new float[action.length];
    for (int i = 0; i < action.length; i++) {
      logprobs[i] = -action[i];
    }
    return Transition.of(observation, SampledSequence.of(StopReason.STOP, action, logprobs), 1);
  }
}
