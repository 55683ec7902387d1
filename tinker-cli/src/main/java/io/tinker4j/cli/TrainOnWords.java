package io.tinker4j.cli;

import io.tinker4j.text.renderer.TrainOnWhat;
import java.util.Arrays;
import java.util.Iterator;

/** What {@code --train-on} takes: all but what rows say themselves. */
final class TrainOnWords implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(TrainOnWhat.values())
        .filter(each -> each != TrainOnWhat.CUSTOMIZED)
        .map(TrainOnWhat::id)
        .iterator();
  }
}
