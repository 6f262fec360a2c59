// SPDX-License-Identifier: Apache-2.0
// The job in execution: phases, tiles, and the accesses of each cycle. Control registers: control.cpp.
#include "npu.hpp"

namespace simulator {
using namespace neureka;

npu::npu(npu_memory memory, npu_options options, npu_observer* observer)
    : memory_(memory), options_(options), observer_(observer) {}

std::optional<npu_report> npu::take_finished() {
  if (done_.empty()) return {};
  npu_report const first = done_.front();
  done_.pop_front();
  return first;
}

std::optional<phase_kind> npu::current_phase() const {
  if (!running_ || !started_) return {};
  return step_.phases[phase_].kind;
}

void npu::schedule_start(cycle_count now) {
  if (running_ || !triggered_ || queue_.empty()) return;
  running_context_ = queue_.front();
  queue_.pop_front();
  context& c = contexts_[running_context_];
  c.state = context_state::running;
  running_id_ = c.ticket.job_id;
  report_ = {};
  report_.ticket = c.ticket;
  running_ = true;
  started_ = false;
  next_ = now + options_.start_cycles;
}

void npu::step() {
  cycle_count const now = next_;
  if (!started_) return start(now);
  leave_phase(now);
  if (running_ && started_) enter_phase(now);
}

void npu::start(cycle_count now) {
  started_ = true;
  report_.ticket.started = now;
  contexts_[running_context_].ticket = report_.ticket;
  // The registers are taken now: what was legal at the trigger may have been changed since.
  job_ = decode(contexts_[running_context_].registers);
  check(job_, report_.ticket, now);
  report_.multiply_accumulates = multiply_accumulates(job_);
  if (observer_) observer_->started(report_.ticket, job_);
  tile_ = {};
  sub_tile_ = 0;
  current_ = 0;
  step_ = make_step(job_, options_.cycles, tile_, 0);
  phase_ = 0;
  read_tile(tile_, now);
  enter_phase(now);
}

void npu::read_tile(tile_index const& tile, cycle_count now) {
  bool const ahead = tile.ko != tile_.ko || tile.h != tile_.h || tile.w != tile_.w;
  accumulate(job_, memory_, tile, sums_[ahead ? 1 - current_ : current_]);
  if (observer_) observer_->reads(report_.ticket, input_reads(job_, tile), now);
}

bool npu::has_next_tile(tile_index& tile) const {
  tile = tile_;
  return tile.next(job_);
}

void npu::enter_phase(cycle_count now) {
  phase const& p = step_.phases[phase_];
  phase_start_ = now;
  if (p.kind == phase_kind::weight_offset) step_start_ = now;
  bool const last_of_tile = sub_tile_ + 1 == job_.steps_per_tile();
  // The next tile's inputs are taken when its first window is: during this tile's last products with prefetch, after
  // them without. In both cases before this tile's results are stored.
  bool const loads_ahead =
      job_.prefetches ? p.kind == phase_kind::weight_offset : p.kind == phase_kind::load && !(phase_ == 0);
  tile_index ahead;
  if (last_of_tile && loads_ahead && has_next_tile(ahead)) read_tile(ahead, now);
  next_ = now + p.cycles;
}

void npu::leave_phase(cycle_count now) {
  phase const p = step_.phases[phase_];
  unsigned const kind = static_cast<unsigned>(p.kind);
  report_.phase_cycles[kind] += p.cycles;
  report_.busy_cycles += p.cycles;
  std::uint64_t const pixels = tile_pixels * tile_pixels;
  switch (p.kind) {
    case phase_kind::load:
      if (phase_ == 0 || !job_.prefetches) report_.l1_words += job_.window() * job_.window();
      break;
    case phase_kind::stream_in:
      if (observer_) observer_->reads(report_.ticket, stream_in_reads(job_, tile_), now);
      stream_in(job_, memory_, tile_, sums_[current_]);
      report_.l1_words += pixels * job_.output_words(job_.ko(tile_.ko));
      break;
    case phase_kind::products: {
      std::uint64_t const words = job_.step_words(job_.ko(tile_.ko));
      (job_.weights_in_weight_memory ? report_.weight_words : report_.l1_words) += words;
      tile_index ahead;
      if (job_.prefetches && (sub_tile_ + 1 < job_.steps_per_tile() || has_next_tile(ahead)))
        report_.l1_words += job_.window() * job_.window();
      break;
    }
    case phase_kind::shift:
      report_.l1_words += 1;
      break;
    case phase_kind::scale:
      report_.l1_words += (job_.ko(tile_.ko) * job_.scale_bytes + word_bytes - 1) / word_bytes;
      break;
    case phase_kind::bias:
      report_.l1_words += (job_.ko(tile_.ko) + 7) / 8;
      break;
    case phase_kind::stream_out: {
      if (auto const channel = illegal_shift(job_, memory_, tile_))
        fail(name_of_register(job_register::scale_shift_ptr), job_.shifts,
             "the shift of output channel " + std::to_string(*channel) + " must be 0 to 31", report_.ticket, now);
      if (observer_) {
        if (job_.requantises) observer_->reads(report_.ticket, requant_reads(job_, tile_), now);
        observer_->writes(report_.ticket, tile_writes(job_, tile_), now);
      }
      store(job_, memory_, tile_, sums_[current_]);
      report_.l1_words += pixels * job_.output_words(job_.ko(tile_.ko));
      break;
    }
    default:
      break;
  }
  if (++phase_ < step_.count) return;
  phase_ = 0;
  if (++sub_tile_ == job_.steps_per_tile()) {
    sub_tile_ = 0;
    if (!tile_.next(job_)) return finish(now);
    current_ = 1 - current_;
  }
  step_ = make_step(job_, options_.cycles, tile_, sub_tile_);
}

void npu::finish(cycle_count now) {
  report_.ticket.ended = now;
  contexts_[running_context_].state = context_state::free;
  ++finished_count_;
  running_ = started_ = false;
  next_ = never;
  done_.push_back(report_);
  if (observer_) observer_->finished(report_);
  if (queue_.empty()) triggered_ = false;
  schedule_start(now);
}

std::uint32_t npu::input_address(tile_index const& tile, unsigned sub_tile, unsigned pixel) const {
  unsigned const y = pixel / job_.window(), x = pixel % job_.window();
  unsigned const channel = (job_.dense() ? sub_tile : tile.ko) * job_.channel_tile();
  return static_cast<std::uint32_t>(job_.input + (std::int64_t{tile.h} * tile_pixels + y) * job_.row_stride +
                                    (std::int64_t{tile.w} * tile_pixels + x) * job_.pixel_stride + channel);
}

unsigned npu::accesses(cycle_count now, npu_access out[2]) const {
  if (!running_ || !started_ || now < phase_start_ || now >= next_) return 0;
  phase const& p = step_.phases[phase_];
  unsigned const at = static_cast<unsigned>(now - phase_start_);
  unsigned const ko = job_.ko(tile_.ko), first = tile_.ko * job_.output_tile();
  unsigned count = 0;
  auto const add = [&](stream which, std::uint32_t address, bool weight_memory = false) {
    out[count++] = {which, weight_memory, address};
  };
  auto const window_load = [&](unsigned pixel, bool of_next_step) {
    if (pixel >= job_.window() * job_.window()) return;
    if (!of_next_step) return add(stream::input, input_address(tile_, sub_tile_, pixel));
    tile_index ahead = tile_;
    unsigned const sub_tile = sub_tile_ + 1 < job_.steps_per_tile() ? sub_tile_ + 1 : 0;
    if (sub_tile == 0 && !ahead.next(job_)) return;
    add(stream::input, input_address(ahead, sub_tile, pixel));
  };
  auto const result_word = [&](stream which) {
    unsigned const words = job_.output_words(ko);
    unsigned const pixel = at / words, word = at % words;
    if (pixel >= tile_pixels * tile_pixels) return;
    add(which, static_cast<std::uint32_t>(
                   job_.output + (std::int64_t{tile_.h} * tile_pixels + pixel / tile_pixels) * job_.output_row_stride +
                   (std::int64_t{tile_.w} * tile_pixels + pixel % tile_pixels) * job_.output_pixel_stride +
                   std::int64_t{first} * job_.output_bytes + word * word_bytes));
  };
  auto const channel_words = [&](stream which, std::uint32_t base, unsigned bytes) {
    if (at * word_bytes < ko * bytes) add(which, base + first * bytes + at * word_bytes);
  };
  if (job_.prefetches && (p.kind == phase_kind::weight_offset || p.kind == phase_kind::products))
    window_load(static_cast<unsigned>(now - step_start_), true);
  switch (p.kind) {
    case phase_kind::load:
      if (phase_ == 0 || !job_.prefetches) window_load(at, phase_ != 0);
      break;
    case phase_kind::stream_in:
      result_word(stream::stream_in);
      break;
    case phase_kind::products: {
      unsigned const k = word_cycles(job_, options_.cycles);
      unsigned const words = job_.step_words(ko), word = at / k;
      if (at % k != 0 || word >= words) break;
      std::uint32_t const planes = job_.kind == mode::pointwise ? 1 : job_.weight_bits;
      std::uint32_t const number = job_.dense()
                                       ? ((first + word / planes) * job_.tiles_ki + sub_tile_) * planes + word % planes
                                       : tile_.ko * planes + word;
      add(stream::weights, job_.weights + number * word_bytes, job_.weights_in_weight_memory);
      break;
    }
    case phase_kind::shift:
      channel_words(stream::shift, job_.shifts, 1);
      break;
    case phase_kind::scale:
      channel_words(stream::scale, job_.scale, job_.scale_bytes);
      break;
    case phase_kind::bias:
      channel_words(stream::bias, job_.biases, 4);
      break;
    case phase_kind::stream_out:
      result_word(stream::output);
      break;
    default:
      break;
  }
  return count;
}

void npu::stall(cycle_count cycles) {
  if (!running_ || !started_) return;
  phase_start_ += cycles;
  step_start_ += cycles;
  next_ += cycles;
  report_.stall_cycles += cycles;
}
}  // namespace simulator
