-- DL/T 645-2007 in Wireshark and tshark, for captures of meterbench (link type 147, USER0):
--     tshark -X lua_script:hil/wireshark/dlt645.lua -r capture.pcapng
-- Frame, control code, identifier and data without 33H; what values mean is told by `meterbench board monitor`.
local dlt645 = Proto("dlt645", "DL/T 645-2007")

local names = {
  [0x03] = "security authentication", [0x08] = "broadcast time", [0x11] = "read", [0x12] = "read what follows",
  [0x13] = "read address", [0x14] = "write", [0x15] = "write address", [0x16] = "freeze", [0x17] = "set baud rate",
  [0x18] = "set password", [0x19] = "clear demand", [0x1A] = "clear meter", [0x1B] = "clear events",
  [0x1C] = "relay control", [0x1D] = "set multifunction terminal",
}
-- functions whose data begin with an identifier, in requests and in normal replies
local identified = { [0x03] = true, [0x11] = true, [0x12] = true, [0x14] = true, [0x18] = true }
local identified_replies = { [0x03] = true, [0x11] = true, [0x12] = true }

local fields = {
  address = ProtoField.string("dlt645.address", "Address"),
  control = ProtoField.uint8("dlt645.control", "Control code", base.HEX),
  name = ProtoField.string("dlt645.function", "Function"),
  from_meter = ProtoField.bool("dlt645.from_meter", "From the meter", 8, nil, 0x80),
  refused = ProtoField.bool("dlt645.refused", "Refused", 8, nil, 0x40),
  more = ProtoField.bool("dlt645.more", "More follows", 8, nil, 0x20),
  length = ProtoField.uint8("dlt645.length", "Length of data"),
  identifier = ProtoField.uint32("dlt645.identifier", "Data identifier", base.HEX),
  data = ProtoField.bytes("dlt645.data", "Data without 33H"),
  checksum = ProtoField.uint8("dlt645.checksum", "Checksum", base.HEX),
}
dlt645.fields = fields
local bad = ProtoExpert.new("dlt645.bad", "Broken frame", expert.group.MALFORMED, expert.severity.ERROR)
dlt645.experts = { bad }

local function without_33(range)
  local bytes = ByteArray.new()
  bytes:set_size(range:len())
  for i = 0, range:len() - 1 do
    bytes:set_index(i, (range(i, 1):uint() - 0x33) % 256)
  end
  return bytes
end

local function sum_of(range)
  local sum = 0
  for i = 0, range:len() - 1 do
    sum = (sum + range(i, 1):uint()) % 256
  end
  return sum
end

local function address_of(range)
  local text = ""
  for i = 5, 0, -1 do
    text = text .. string.format("%02X", range(i, 1):uint())
  end
  return text
end

local function add_data(tree, range, control)
  local bytes = without_33(range)
  local known = control < 0x80 and identified or identified_replies
  if control % 0x80 < 0x40 and known[control % 0x20] and bytes:len() >= 4 then
    local identifier = bytes:get_index(0) + 256 * (bytes:get_index(1) + 256 * (bytes:get_index(2) + 256 * bytes:get_index(3)))
    tree:add(fields.identifier, range(0, 4), identifier)
    return string.format(" %08X", identifier), tree:add(fields.data, range, bytes:raw())
  end
  return "", tree:add(fields.data, range, bytes:raw())
end

function dlt645.dissector(buffer, packet, root)
  packet.cols.protocol = "DL/T 645"
  local at = 0
  while at < buffer:len() and buffer(at, 1):uint() == 0xFE do
    at = at + 1
  end
  local tree = root:add(dlt645, buffer())
  if buffer:len() - at < 12 or buffer(at, 1):uint() ~= 0x68 or buffer(at + 7, 1):uint() ~= 0x68 then
    tree:add_proto_expert_info(bad, "no frame, or not all of it")
    packet.cols.info = "no frame, or not all of it"
    return
  end
  local control, length = buffer(at + 8, 1):uint(), buffer(at + 9, 1):uint()
  local address, name = address_of(buffer(at + 1, 6)), names[control % 0x20] or "unknown function"
  tree:add(fields.address, buffer(at + 1, 6), address)
  local item = tree:add(fields.control, buffer(at + 8, 1))
  item:add(fields.from_meter, buffer(at + 8, 1))
  item:add(fields.refused, buffer(at + 8, 1))
  item:add(fields.more, buffer(at + 8, 1))
  tree:add(fields.name, buffer(at + 8, 1), name)
  tree:add(fields.length, buffer(at + 9, 1))
  if buffer:len() - at < 12 + length then
    tree:add_proto_expert_info(bad, "bytes are missing")
    packet.cols.info = name .. ", bytes are missing"
    return
  end
  local identifier = length > 0 and add_data(tree, buffer(at + 10, length), control) or ""
  local checksum = tree:add(fields.checksum, buffer(at + 10 + length, 1))
  local wrong = sum_of(buffer(at, 10 + length)) ~= buffer(at + 10 + length, 1):uint()
  if wrong then
    checksum:add_proto_expert_info(bad, "the checksum is wrong")
  end
  packet.cols.info = name .. identifier .. (control >= 0x80 and " from " or " to ") .. address
    .. (control % 0x80 >= 0x40 and ", refused" or "") .. (wrong and ", checksum wrong" or "")
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, dlt645)
