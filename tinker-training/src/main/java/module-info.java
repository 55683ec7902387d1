/** Clients that train, sample and look after what they left: the counterpart of Python's. */
@SuppressWarnings("module")
module io.tinker4j.training {
  requires transitive io.tinker4j.transport;
  requires static org.immutables.value.annotations;

  exports io.tinker4j.training;
  exports io.tinker4j.training.cost;
  exports io.tinker4j.training.download;
  exports io.tinker4j.training.loss;
}
