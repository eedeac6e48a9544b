"""The profile schema, version 1: everything a profile may say, refused by name where it says anything else."""

from firmware_profiles.schema.adverts import AdvertisementInterface
from firmware_profiles.schema.channel import Channel, ChannelKind, Range
from firmware_profiles.schema.files import SysfsInterface
from firmware_profiles.schema.frames import Checksum, Exchange, Frame, FrameInterface
from firmware_profiles.schema.lines import LineExchange, LinesInterface, TextField
from firmware_profiles.schema.modbus import Block, ModbusInterface, RegisterField
from firmware_profiles.schema.profile import Interface, Profile
from firmware_profiles.schema.pulses import PulseInterface
from firmware_profiles.schema.sound import SoundInterface
from firmware_profiles.schema.values import ByteField, FieldBase, Invalid, Rule, Test
from firmware_profiles.schema.words import Transaction, WordsInterface

__all__ = [
    "AdvertisementInterface",
    "Block",
    "ByteField",
    "Channel",
    "ChannelKind",
    "Checksum",
    "Exchange",
    "FieldBase",
    "Frame",
    "FrameInterface",
    "Interface",
    "Invalid",
    "LineExchange",
    "LinesInterface",
    "ModbusInterface",
    "Profile",
    "PulseInterface",
    "Range",
    "RegisterField",
    "Rule",
    "SoundInterface",
    "SysfsInterface",
    "Test",
    "TextField",
    "Transaction",
    "WordsInterface",
]
